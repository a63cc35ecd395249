// SPDX-License-Identifier: BSD-2-Clause
// What a process does to itself before it runs a command, and how it ends.
// POSIX shell 2.7 and 2.8.

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

void
complain(const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fprintf(stderr, "sh: %s\n", text);
}

// duplicate: [fd]>&target, where - closes.
static int
duplicate(int fd, const char *target)
{
	if (strcmp(target, "-") == 0) {
		close(fd);
		return 1;
	}
	if (isdigit((unsigned char)target[0]) && target[1] == '\0' &&
	    dup2(target[0] - '0', fd) >= 0)
		return 1;
	complain("%s: not an open descriptor", target);
	return 0;
}

static int
redirect_file(const struct redirect *redirect, const char *target)
{
	static const int flags[] = {
		[REDIRECT_READ] = O_RDONLY,
		[REDIRECT_WRITE] = O_WRONLY | O_CREAT | O_TRUNC,
		[REDIRECT_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
	};
	int fd = open(target, flags[redirect->kind], 0666);

	if (fd < 0) {
		complain("cannot open %s: %s", target, strerror(errno));
		return 0;
	}
	if (fd != redirect->fd) {
		dup2(fd, redirect->fd);
		close(fd);
	}
	return 1;
}

int
apply_redirects(const struct redirect *redirects)
{
	for (; redirects != NULL; redirects = redirects->next) {
		const char *target = expand_one(redirects->target);

		if (target == NULL)
			return 0;
		if (redirects->kind == REDIRECT_DUP ? !duplicate(redirects->fd, target) :
		    !redirect_file(redirects, target))
			return 0;
	}
	return 1;
}

// A descriptor that is not open has nothing to save; restoring closes it.
void
save_descriptors(const struct redirect *redirects)
{
	for (; redirects != NULL; redirects = redirects->next)
		dup2(redirects->fd, SAVED_FD + redirects->fd);
}

void
restore_descriptors(const struct redirect *redirects)
{
	for (; redirects != NULL; redirects = redirects->next) {
		if (dup2(SAVED_FD + redirects->fd, redirects->fd) < 0)
			close(redirects->fd);
	}
	for (int fd = SAVED_FD; fd < TERMINAL_FD; fd++)
		close(fd);
}

int
apply_assignments(const struct word *assignments, int export_them)
{
	for (; assignments != NULL; assignments = assignments->next) {
		const char *text = assignments->text;
		size_t len = strcspn(text, "=");
		const char *value = expand_one(text + len + 1);

		if (value == NULL)
			return 0;
		variable_set(text, len, value);
		if (export_them)
			variable_export(line_copy(text, len));
	}
	return 1;
}

void
become_child(void)
{
	interactive = 0;
	for (int fd = SAVED_FD; fd < SCRIPT_FD + script_depth; fd++)
		close(fd);
}

_Noreturn void
finish(void)
{
	exit(last_status);
}

_Noreturn void
execute(char **argv)
{
	environ = variables_environment();
	execvpe(argv[0], argv, environ);
	// A readable file that is no program is a script.
	if (errno == ENOEXEC && strchr(argv[0], '/') != NULL) {
		for (parameter_count = 0; argv[parameter_count + 1] != NULL;)
			parameter_count++;
		parameters = argv;
		run_file(argv[0]);
		finish();
	}
	last_status = errno == ENOENT ? STATUS_MISSING : STATUS_NOT_RUN;
	complain("%s: %s", argv[0], errno == ENOENT && strchr(argv[0], '/') == NULL ?
	    "not found" : strerror(errno));
	finish();
}

int
status_of(pid_t pid, int wait_status)
{
	int sig;

	if (!WIFSIGNALED(wait_status))
		return WEXITSTATUS(wait_status);
	sig = WTERMSIG(wait_status);
	if (sig == SIGINT)
		fputc('\n', stderr);
	else if (sig != SIGPIPE)
		complain("process %d: %s", pid, strsignal(sig));
	return 128 + sig;
}
