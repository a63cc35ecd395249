// SPDX-License-Identifier: BSD-2-Clause
// Process groups and sessions: who gets a signal, who may join.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int forever = 1000000;

static int
nap(void *arg)
{
	milliseconds(*(int *)arg);
	return 1;
}

static void
numbers(void)
{
	int pid = child_start(nap, &forever), status;

	is(getpgid(0), getpgrp(), "getpgid(0) is getpgrp()");
	is(getpgid(pid), getpgrp(), "a child is in its parent's group");
	is(setpgid(pid, pid), 0, "until it gets one of its own");
	is(getpgid(pid), pid, "with its number");
	is(setpgid(pid, 0), 0, "0 is the same");
	is(setpgid(pid, getpgrp()), 0, "and back");
	ok(setpgid(pid, 99998) == -1 && errno == EPERM, "a group that is not: EPERM");
	ok(setpgid(pid, -1) == -1 && errno == EINVAL, "group -1: EINVAL");
	ok(setpgid(1, 1) == -1 && errno == ESRCH, "somebody else: ESRCH");
	ok(getpgid(99998) == -1 && errno == ESRCH, "getpgid of nobody: ESRCH");
	is(wait4(-99998, &status, WNOHANG, NULL), -1, "no child is in that group");
	is(errno, ECHILD, "ECHILD");
	kill(pid, SIGKILL);
	is(wait4(0, &status, 0, NULL), pid, "wait4(0): of my own group");
}

static void
kills(void)
{
	int first = child_start(nap, &forever), members[4] = { first }, status, ended = 0;
	int outsider = child_start(nap, &forever);

	setpgid(first, first);
	for (int i = 1; i < 4; i++) {
		members[i] = child_start(nap, &forever);
		setpgid(members[i], first);
	}
	is(killpg(first, 0), 0, "signal 0 to a group only asks");
	is(kill(-first, SIGTERM), 0, "SIGTERM to the group");
	while (wait4(-first, &status, 0, NULL) > 0)
		ended += WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
	is(ended, 4, "ends its four members");
	is(wait4(outsider, &status, WNOHANG, NULL), 0, "and nobody else");
	ok(kill(-first, SIGTERM) == -1 && errno == ESRCH, "then the group is gone");
	kill(outsider, SIGKILL);
	child_wait(outsider);
	ok(kill(-0x7fffffff - 1, SIGTERM) == -1 && errno == ESRCH, "the lowest group: ESRCH");
}

static int
lead(void *arg)
{
	pid_t me = getpid();

	(void)arg;
	if (setsid() != me || getpgrp() != me)
		return 1;
	if (setsid() != -1 || errno != EPERM)
		return 2;
	if (setpgid(0, 0) != -1 || errno != EPERM)
		return 3;
	if (setpgid(0, getppid()) != -1)
		return 4;
	if (tcgetpgrp(0) != -1)
		return 5;
	return 40;
}

// An orphaned group does not stop for the terminal's signals.
static int
orphan(void *arg)
{
	(void)arg;
	setsid();
	kill(0, SIGTSTP);
	return 41;
}

static volatile int hups, conts;

static void
note(int sig)
{
	hups += sig == SIGHUP;
	conts += sig == SIGCONT;
}

// The parent of a stopped group in another session ends: the group gets SIGHUP and SIGCONT.
static int
deserter(void *arg)
{
	int *fds = arg;
	pid_t pid;

	setsid();
	pid = fork();
	if (pid == 0) {
		char both = 'n';

		setpgid(0, 0);
		signal(SIGHUP, note);
		signal(SIGCONT, note);
		kill(getpid(), SIGSTOP);
		while (hups == 0 || conts == 0)
			milliseconds(10);
		both = 'y';
		_exit(write(fds[1], &both, 1) != 1);
	}
	int status;
	if (wait4(pid, &status, WUNTRACED, NULL) != pid || !WIFSTOPPED(status))
		return 1;
	return 42;
}

int
main(void)
{
	int fds[2];
	char both = 0;

	numbers();
	kills();
	child_is(child_run(lead, NULL), 40, "a session of its own");
	child_is(child_run(orphan, NULL), 41, "an orphaned group does not stop for SIGTSTP");
	if (pipe(fds) != 0)
		bail_out("no pipe");
	child_is(child_run(deserter, fds), 42, "a group is stopped, its parent ends");
	is(read(fds[0], &both, 1), 1, "the group goes on");
	is(both, 'y', "with SIGHUP and SIGCONT");
	return done_testing();
}
