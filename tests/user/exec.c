// SPDX-License-Identifier: BSD-2-Clause
// execve: arguments, environment, what survives it, what it refuses. Malformed images are made by
// scripts/mkbadelf and lie in /tests/bad.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/zones.h"
#include "tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAD	"/tests/bad"

static char *self;

// The program's second life: judge what arrived. Each verdict is an exit value.
static int
second_life(int argc, char **argv)
{
	const char *what = argv[1];

	if (strcmp(what, "--exit") == 0)
		return atoi(argv[2]);
	if (strcmp(what, "--arguments") == 0)
		return argc == 5 && strcmp(argv[2], "two words") == 0 && argv[3][0] == '\0' &&
		    strcmp(argv[4], "last") == 0 && argv[5] == NULL ? 0 : 1;
	if (strcmp(what, "--environment") == 0)
		return getenv("KESTREL") != NULL && strcmp(getenv("KESTREL"), "bird") == 0 &&
		    environ[1] == NULL ? 0 : 1;
	if (strcmp(what, "--many") == 0)
		return argc == 502 && strcmp(argv[501], "argument number 499") == 0 ? 0 : 1;
	if (strcmp(what, "--descriptors") == 0) {
		char byte;
		int fd = atoi(argv[2]);
		return read(fd, &byte, 1) == 1 && byte == 'd' && close(fd) == 0 ? 0 : 1;
	}
	return 250;
}

struct request {
	char	**argv;
	char	**envp;
	char	*path;
};

static int
do_exec(void *arg)
{
	struct request *r = arg;

	execve(r->path, r->argv, r->envp);
	return 200 + (errno < 50 ? errno : 50);
}

static void
arrives(char **argv, char **envp, const char *what)
{
	struct request r = { argv, envp, self };

	child_is(child_run(do_exec, &r), 0, what);
}

static void
good(void)
{
	char *none[] = { NULL };
	char *with_value[] = { self, "--exit", "0", NULL };
	char *arguments[] = { self, "--arguments", "two words", "", "last", NULL };
	char *environment[] = { self, "--environment", NULL };
	char *bird[] = { "KESTREL=bird", NULL };
	static char texts[500][24];
	static char *many[503];
	int fds[2];
	char number[12];

	arrives(with_value, none, "execve of this program");
	arrives(arguments, none, "arguments arrive, with blanks, empty, and their end");
	arrives(environment, bird, "the environment arrives");
	many[0] = self;
	many[1] = "--many";
	for (int i = 0; i < 500; i++) {
		snprintf(texts[i], sizeof texts[i], "argument number %d", i);
		many[i + 2] = texts[i];
	}
	arrives(many, none, "502 arguments arrive");
	if (pipe(fds) != 0 || write(fds[1], "d", 1) != 1)
		bail_out("no pipe");
	snprintf(number, sizeof number, "%d", fds[0]);
	char *descriptors[] = { self, "--descriptors", number, NULL };
	arrives(descriptors, none, "open descriptors stay open");
	close(fds[0]);
	close(fds[1]);
}

static void
refused(const char *path, int error, const char *what)
{
	char *argv[] = { self, "--exit", "0", NULL }, *none[] = { NULL };

	ok(execve(path, argv, none) == -1 && errno == error, "%s", what);
}

static void
refusals(void)
{
	static char endless[1100], long_text[70000];
	static char *huge[20];
	char below[300], *none[] = { NULL };

	memset(endless, 'a', sizeof endless - 1);
	endless[0] = '/';
	snprintf(below, sizeof below, "%s/x", self);
	refused("/no/such/program", ENOENT, "what is not there: ENOENT");
	refused("", ENOENT, "an empty name: ENOENT");
	refused(endless, ENAMETOOLONG, "an endless name: ENAMETOOLONG");
	refused(below, ENOTDIR, "below a file: ENOTDIR");
	refused("/", EACCES, "a directory: EACCES");
	refused("/dev/null", EACCES, "a device: EACCES");
	refused((char *)(uintptr_t)0xc0100000u, EFAULT, "a name in the kernel: EFAULT");
	ok(execve(self, (char **)(uintptr_t)0xc0100000u, none) == -1 && errno == EFAULT,
	    "arguments in the kernel: EFAULT");
	char *bad_pointer[] = { self, (char *)4, NULL };
	ok(execve(self, bad_pointer, none) == -1 && errno == EFAULT, "one bad argument: EFAULT");
	ok(execve(self, none, bad_pointer) == -1 && errno == EFAULT,
	    "one bad variable of the environment: EFAULT");
	memset(long_text, 'x', sizeof long_text - 1);
	for (int i = 0; i < 19; i++)
		huge[i] = long_text;
	ok(execve(self, huge, none) == -1 && errno == E2BIG, "more than a megabyte: E2BIG");
}

// Each file of the directory is an image with one thing wrong; its name says what. All must be
// refused before the old program is gone.
static void
malformed(void)
{
	DIR *dir = opendir(BAD);
	const struct dirent *d;
	char *argv[] = { self, NULL }, *none[] = { NULL }, path[300];
	int count = 0;

	struct request r = { argv, none, BAD "/.good" };
	if (!ok(dir != NULL, BAD " is there"))
		return;
	child_is(child_run(do_exec, &r), 42, "the image without a mistake runs");
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", BAD, d->d_name);
		errno = 0;
		int answer = execve(path, argv, none);
		if (!ok(answer == -1 && errno == ENOEXEC, "image with %s: ENOEXEC", d->d_name))
			diag("errno %d", errno);
		count++;
	}
	closedir(dir);
	ok(count >= 10, "%d malformed images were tried", count);
}

static void
nothing_leaks(void)
{
	static struct zones before;
	char *argv[] = { self, "--exit", "7", NULL }, *none[] = { NULL };
	struct request r = { argv, none, self };
	int right = 0;

	child_run(do_exec, &r);
	zones_warm();
	zones_read(&before);
	for (int i = 0; i < 20; i++)
		right += child_run(do_exec, &r) == 7 << 8;
	is(right, 20, "twenty children ran another program");
	r.path = "/no/such/program";
	for (int i = 0; i < 20; i++)
		right += child_run(do_exec, &r) == (200 + ENOENT) << 8;
	is(right, 40, "twenty failed to");
	zones_settled(&before, "the kernel has everything back");
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return second_life(argc, argv);
	self = argc == 1 ? argv[0] : "/tests/exec";
	good();
	refusals();
	malformed();
	nothing_leaks();
	return done_testing();
}
