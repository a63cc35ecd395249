// SPDX-License-Identifier: BSD-2-Clause
// One program for the host tool: its channel, its exit status, power off.
// Ours. RUN_FILE holds the arguments, each ended by a NUL; the first is the program's path.

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define RUN_MAX		65536	// bytes of RUN_FILE

#define STATUS_NOT_RUN	126	// found, but could not be executed
#define STATUS_MISSING	127

// split: pointers to the NUL-ended strings in text[0 .. n), then NULL.
static char **
split(char *text, size_t n)
{
	size_t count = 0;
	char **argv;

	for (size_t i = 0; i < n; i++)
		count += text[i] == '\0';
	argv = calloc(count + 1, sizeof(*argv));
	if (argv == NULL || count == 0)
		return NULL;
	for (size_t i = 0, start = 0, next = 0; i < n; i++) {
		if (text[i] == '\0') {
			argv[next++] = text + start;
			start = i + 1;
		}
	}
	return argv;
}

char **
load_run(void)
{
	FILE *fp = fopen(RUN_FILE, "r");
	char *text;
	size_t n;

	if (fp == NULL)
		return NULL;
	text = malloc(RUN_MAX);
	n = text != NULL ? fread(text, 1, RUN_MAX, fp) : 0;
	fclose(fp);
	return n > 0 ? split(text, n) : NULL;
}

// start: in the child. The program's own messages go where the kernel's go.
static _Noreturn void
start(char **argv)
{
	int host = open(HOST, O_RDWR);

	new_session();
	if (host < 0)
		err(STATUS_NOT_RUN, "%s", HOST);
	dup2(host, STDIN_FILENO);
	dup2(host, STDOUT_FILENO);
	if (host > STDERR_FILENO)
		close(host);
	execv(argv[0], argv);
	warn("%s", argv[0]);
	_exit(errno == ENOENT ? STATUS_MISSING : STATUS_NOT_RUN);
}

// reap_orphans: the program's orphans have ended and are gone. One that does not end within a
// second or so of an idle machine's time is what the audit is there to find.
static void
reap_orphans(void)
{
	const struct timespec pause = { 0, 10000000 };

	for (int i = 0; i < 100; i++) {
		pid_t ended;

		while ((ended = waitpid(WAIT_ANY, NULL, WNOHANG)) > 0)
			continue;
		if (ended < 0)
			return;
		nanosleep(&pause, NULL);
	}
}

// audit: have the kernel note what is in use (1), or compare (0), in boots that ask for it.
static void
audit(int begin)
{
	int asked = 0;
	size_t size = sizeof(asked);

	if (sysctlbyname("kern.selftest.programs", &asked, &size, NULL, 0) != 0 || !asked)
		return;
	reap_orphans();
	if (sysctlbyname("kern.selftest.audit", NULL, NULL, &begin, sizeof(begin)) != 0)
		warn("kern.selftest.audit");
}

_Noreturn void
run_program(char **argv)
{
	int status, value = STATUS_NOT_RUN;
	pid_t pid;

	audit(1);
	pid = fork();
	if (pid == 0)
		start(argv);
	if (pid > 0) {
		status = await(pid);
		value = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		audit(0);
	} else {
		warn("fork");
	}
	if (sysctlbyname("kern.exit_status", NULL, NULL, &value, sizeof(value)) != 0)
		warn("kern.exit_status");
	reboot(RB_POWEROFF);
	err(1, "reboot");
}
