// SPDX-License-Identifier: BSD-2-Clause
// kill [-SIGNAL | -s SIGNAL] PID...: send a signal, TERM if none is named. kill -l: list them.
// POSIX.

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static _Noreturn void
usage(void)
{
	errx(2, "usage: kill [-SIGNAL | -s SIGNAL] PID... | kill -l");
}

static int
number(const char *text, int *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	*value = (int)n;
	return end != text && *end == '\0' && errno == 0;
}

// signal_named: by number, or by name with or without SIG.
static int
signal_named(const char *name)
{
	int sig;

	if (isdigit((unsigned char)name[0]) && number(name, &sig) && sig < NSIG)
		return sig;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (sig = 1; sig < NSIG; sig++) {
		if (strcasecmp(name, sys_signame[sig]) == 0)
			return sig;
	}
	errx(2, "%s: no such signal", name);
}

static int
list_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		printf("%2d %-8s%s", sig, sys_signame[sig], sig % 8 == 0 ? "\n" : "");
	putchar('\n');
	return 0;
}

int
main(int argc, char **argv)
{
	int sig = SIGTERM, first = 1, status = 0, pid;

	if (argc == 2 && strcmp(argv[1], "-l") == 0)
		return list_signals();
	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		sig = signal_named(argv[2]);
		first = 3;
	} else if (argc > 1 && argv[1][0] == '-') {
		sig = signal_named(argv[1] + 1);
		first = 2;
	}
	if (first >= argc)
		usage();
	for (int i = first; i < argc; i++) {
		if (!number(argv[i], &pid))
			errx(2, "%s: not a process number", argv[i]);
		if (kill(pid, sig) != 0) {
			warn("%s", argv[i]);
			status = 1;
		}
	}
	return status;
}
