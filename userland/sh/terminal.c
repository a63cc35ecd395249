// SPDX-License-Identifier: BSD-2-Clause
// Lines from the terminal, and ^C while one is typed.
// POSIX shell 2.11.

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

static sigjmp_buf prompt_again;
static volatile sig_atomic_t at_prompt;

// interrupted: ^C at the prompt ends the line that is being read, and nothing else. A jump, so that
// it does not matter whether the read has begun.
static void
interrupted(int sig)
{
	(void)sig;
	if (at_prompt)
		siglongjmp(prompt_again, 1);
}

// read_line: until a newline, the end, or a full buffer.
static ssize_t
read_line(char *line, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < size - 1 && (n == 0 || line[n - 1] != '\n')) {
		got = read(STDIN_FILENO, line + n, size - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	line[n] = '\0';
	return n > 0 ? (ssize_t)n : -1;
}

ssize_t
terminal_line(const char *prompt, char *line, size_t size)
{
	ssize_t n;

	if (sigsetjmp(prompt_again, 1) != 0) {
		at_prompt = 0;
		errno = EINTR;
		return -1;
	}
	at_prompt = 1;
	write(STDERR_FILENO, prompt, strlen(prompt));
	n = read_line(line, size);
	at_prompt = 0;
	return n;
}

void
terminal_init(void)
{
	struct sigaction action = { .sa_flags = 0 };

	action.sa_handler = interrupted;
	sigaction(SIGINT, &action, NULL);
}
