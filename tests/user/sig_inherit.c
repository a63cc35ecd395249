// SPDX-License-Identifier: BSD-2-Clause
// What fork and exec keep of a process's signals, and what they reset: mask, pending signals,
// actions, alternate stack, timers.
// Written for Kestrel; the rules are those of POSIX.
#include "lib/child.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

// Bits of an exit value: what was not as it should be.
enum {
	BAD_MASK = 1, BAD_PENDING = 2, BAD_IGNORED = 4, BAD_CAUGHT = 8, BAD_STACK = 16,
	BAD_REAL = 32, BAD_VIRTUAL = 64,
};

static char stack[SIGSTKSZ];

static void
handler(int sig)
{
	(void)sig;
}

static bool
has(int (*ask)(sigset_t *), int sig)
{
	sigset_t set;

	return ask(&set) == 0 && sigismember(&set, sig) == 1;
}

static int
masked(sigset_t *set)
{
	return sigprocmask(SIG_BLOCK, NULL, set);
}

static void (*action(int sig))(int)
{
	struct sigaction act;

	return sigaction(sig, NULL, &act) == 0 ? act.sa_handler : SIG_ERR;
}

static bool
timer_runs(int which)
{
	struct itimerval value;

	return getitimer(which, &value) == 0 &&
	    (value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0);
}

static bool
on_stack(void)
{
	stack_t ss;

	return sigaltstack(NULL, &ss) == 0 && (ss.ss_flags & SS_DISABLE) == 0;
}

// look: the state of prepare(), but for what fork (true) or exec resets.
static int
look(bool forked)
{
	int bad = 0;

	if (!has(masked, SIGHUP) || !has(masked, SIGUSR2) || has(masked, SIGTERM))
		bad |= BAD_MASK;
	if (has(sigpending, SIGHUP) == forked || has(sigpending, SIGUSR2) == forked)
		bad |= BAD_PENDING;
	if (action(SIGINT) != SIG_IGN)
		bad |= BAD_IGNORED;
	if (forked ? action(SIGUSR1) != handler : action(SIGUSR1) != SIG_DFL)
		bad |= BAD_CAUGHT;
	if (on_stack() != forked)
		bad |= BAD_STACK;
	if (timer_runs(ITIMER_REAL) == forked)
		bad |= BAD_REAL;
	if (timer_runs(ITIMER_VIRTUAL) == forked)
		bad |= BAD_VIRTUAL;
	return bad;
}

static void
prepare(void)
{
	struct itimerval later = { { 0, 0 }, { 1000, 0 } };
	struct sigaction act = { .sa_flags = 0 };
	stack_t ss = { stack, sizeof stack, 0 };
	sigset_t set;

	act.sa_handler = handler;
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	act.sa_handler = SIG_IGN;
	sigaction(SIGINT, &act, NULL);
	sigaltstack(&ss, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_SETMASK, &set, NULL);
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGUSR2);
	setitimer(ITIMER_REAL, &later, NULL);
	setitimer(ITIMER_VIRTUAL, &later, NULL);
}

static int
forked(void *arg)
{
	(void)arg;
	return look(true);
}

static int
executed(void *arg)
{
	char *argv[] = { arg, "look", NULL }, *envp[] = { NULL };

	prepare();
	execve(arg, argv, envp);
	return 127;
}

int
main(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "look") == 0)
		_exit(look(false));
	child_is(child_run(executed, argv[0]), 0,
	    "exec keeps mask, pending, ignored signals and timers; not handlers and stack");
	prepare();
	child_is(child_run(forked, NULL), 0,
	    "fork keeps mask, actions and stack; neither pending signals nor timers");
	// The parent's own state is untouched by the child's beginning.
	ok(has(sigpending, SIGHUP) && has(sigpending, SIGUSR2), "the parent's signals wait on");
	ok(timer_runs(ITIMER_REAL) && timer_runs(ITIMER_VIRTUAL), "and its timers run");
	return done_testing();
}
