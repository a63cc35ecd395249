// SPDX-License-Identifier: BSD-2-Clause
// sh: reads commands from the terminal, a file or its arguments, and runs them.
//   sh [-i]   sh -c TEXT [NAME [ARG...]]   sh FILE [ARG...]
// A subset of the POSIX shell.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define PROMPT		"kestrel# "
#define PROMPT_MORE	"> "
#define LINE_SIZE	4097		// a terminal has no longer lines

int interactive;
int script_depth;

// run_parsed: false if the text is only the beginning of something.
static int
run_parsed(const char *text, int last)
{
	struct list *list;
	void *mark = line_mark();
	enum parse result = parse(text, &list);

	if (result == PARSE_OK)
		run_list(list, last);
	else if (result == PARSE_ERROR)
		last_status = STATUS_USAGE;
	line_free(mark);
	return result != PARSE_MORE;
}

void
run_text(const char *text)
{
	if (run_parsed(text, 1))
		return;
	complain("syntax error: unexpected end of input");
	last_status = STATUS_USAGE;
}

// next_line: getline, behind a prompt if somebody sees it.
static ssize_t
next_line(const char *prompt, char **line, size_t *size, FILE *fp)
{
	errno = 0;
	if (interactive)
		jobs_report();
	if (interactive && fp == stdin && jobs_control()) {
		if (*line == NULL && (*line = malloc(LINE_SIZE)) == NULL)
			return -1;
		return terminal_line(prompt, *line, LINE_SIZE);
	}
	if (interactive)
		fputs(prompt, stderr);
	return getline(line, size, fp);
}

// The lines of one command are gathered in text until they parse.
void
run_stream(FILE *fp)
{
	char *line = NULL, *text = NULL, *more;
	size_t size = 0, len = 0;
	ssize_t n;

	for (;;) {
		n = next_line(len == 0 ? PROMPT : PROMPT_MORE, &line, &size, fp);
		if (n < 0 && errno == EINTR) {
			clearerr(fp);
			len = 0;
			continue;
		}
		if (n < 0) {
			if (interactive)
				fputc('\n', stderr);
			break;
		}
		more = realloc(text, len + (size_t)n + 1);
		if (more == NULL) {
			complain("out of memory");
			break;
		}
		text = more;
		memcpy(text + len, line, (size_t)n + 1);
		len = run_parsed(text, 0) ? 0 : len + (size_t)n;
	}
	if (len > 0) {
		complain("syntax error: unexpected end of input");
		last_status = STATUS_USAGE;
	}
	free(line);
	free(text);
}

// The script's descriptor is out of the reach of redirections, and closed in children.
int
run_file(const char *path)
{
	FILE *fp = fopen(path, "r");
	int fd = SCRIPT_FD + script_depth, was_interactive = interactive;

	if (fp == NULL)
		return errno;
	if (dup2(fileno(fp), fd) < 0) {
		fclose(fp);
		return errno;
	}
	fclose(fp);
	fp = fdopen(fd, "r");
	if (fp == NULL) {
		close(fd);
		return errno;
	}
	script_depth++;
	interactive = 0;
	run_stream(fp);
	interactive = was_interactive;
	script_depth--;
	fclose(fp);
	return 0;
}

static _Noreturn void
usage(void)
{
	fputs("usage: sh [-i] | sh -c TEXT [NAME [ARG...]] | sh FILE [ARG...]\n", stderr);
	exit(STATUS_USAGE);
}

// set_parameters: argv[0] becomes $0.
static void
set_parameters(int argc, char **argv)
{
	parameters = argv;
	parameter_count = argc > 0 ? argc - 1 : 0;
}

int
main(int argc, char **argv)
{
	const char *text = NULL;
	int option, error;

	variables_init(environ);
	while ((option = getopt(argc, argv, "c:i")) != -1) {
		if (option == 'c')
			text = optarg;
		else if (option == 'i')
			interactive = 1;
		else
			usage();
	}
	if (text != NULL) {
		set_parameters(optind < argc ? argc - optind : 1,
		    optind < argc ? argv + optind : argv);
		run_text(text);
	} else if (optind < argc) {
		set_parameters(argc - optind, argv + optind);
		error = run_file(argv[optind]);
		if (error != 0) {
			complain("%s: %s", argv[optind], strerror(error));
			last_status = STATUS_MISSING;
		}
	} else {
		set_parameters(1, argv);
		interactive |= isatty(STDIN_FILENO);
		// Programs share the input: take no more of it than the next line.
		setvbuf(stdin, NULL, _IONBF, 0);
		if (interactive)
			jobs_init();
		run_stream(stdin);
	}
	finish();
}
