// SPDX-License-Identifier: BSD-2-Clause
// Stopping and going on: what the parent is told, by wait4 and by SIGCHLD.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int children, last_code, last_pid, last_status;

static void
child_changed(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	children++;
	last_code = si->si_code;
	last_pid = si->si_pid;
	last_status = si->si_status;
}

static void
listen(int flags)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO | SA_RESTART | flags };

	act.sa_sigaction = child_changed;
	sigaction(SIGCHLD, &act, NULL);
	children = 0;
}

static int
loop(void *arg)
{
	(void)arg;
	for (volatile unsigned int i = 1; i != 0; i |= 1)
		continue;
	return 1;
}

static int
sleep_for(void *arg)
{
	milliseconds(*(int *)arg);
	return 9;
}

static int forever = 1000000;

static bool
stops(int pid, int sig)
{
	int status = 0;

	return wait4(pid, &status, WUNTRACED, NULL) == pid && WIFSTOPPED(status) &&
	    WSTOPSIG(status) == sig;
}

static bool
continues(int pid)
{
	int status = 0;

	return wait4(pid, &status, WCONTINUED, NULL) == pid && WIFCONTINUED(status);
}

static void
told(int (*body)(void *), const char *who)
{
	static const int stoppers[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	int pid = child_start(body, &forever), status, wrong = 0;

	setpgid(pid, pid);
	listen(0);
	for (int i = 0; i < 4; i++) {
		wrong += kill(pid, stoppers[i]) != 0 || !stops(pid, stoppers[i]);
		milliseconds(20);
		wrong += last_code != CLD_STOPPED || last_pid != pid ||
		    last_status != stoppers[i];
		wrong += kill(pid, SIGCONT) != 0 || !continues(pid);
		milliseconds(20);
		wrong += last_code != CLD_CONTINUED || last_status != SIGCONT;
	}
	is(wrong, 0, "%s stops and goes on, four times", who);
	is(children, 8, "SIGCHLD for each");
	is(wait4(pid, &status, WNOHANG | WUNTRACED | WCONTINUED, NULL), 0, "told once only");
	kill(pid, SIGSTOP);
	ok(stops(pid, SIGSTOP), "stopped again");
	kill(pid, SIGTERM);
	milliseconds(30);
	is(wait4(pid, &status, WNOHANG, NULL), 0, "SIGTERM waits while it is stopped");
	kill(pid, SIGCONT);
	child_died(child_wait(pid), SIGTERM, "and comes when it goes on");
	milliseconds(20);
	pid = child_start(body, &forever);
	kill(pid, SIGTERM);
	child_died(child_wait(pid), SIGTERM, "SIGTERM to another");
	milliseconds(20);
	ok(last_code == CLD_KILLED && last_status == SIGTERM, "si_code, si_status of its end");
	pid = child_start(body, &forever);
	kill(pid, SIGSTOP);
	ok(stops(pid, SIGSTOP) && kill(pid, SIGKILL) == 0, "SIGKILL to a stopped one");
	child_died(child_wait(pid), SIGKILL, "ends it");
}

static void
time_goes_on(void)
{
	int time = 100, pid = child_start(sleep_for, &time);

	listen(SA_NOCLDSTOP);
	kill(pid, SIGSTOP);
	ok(stops(pid, SIGSTOP), "a sleeper stops");
	milliseconds(200);
	is(children, 0, "SA_NOCLDSTOP: no SIGCHLD");
	kill(pid, SIGCONT);
	child_is(child_wait(pid), 9, "its sleep was over meanwhile");
	milliseconds(20);
	ok(children == 1 && last_code == CLD_EXITED && last_status == 9, "SIGCHLD for its end");
}

static volatile int continued;

static void
note(int sig)
{
	continued = sig;
}

static int
catcher(void *arg)
{
	(void)arg;
	signal(SIGTSTP, note);
	signal(SIGCONT, note);
	while (continued != SIGCONT)
		pause();
	return 21;
}

static void
caught(void)
{
	int pid = child_start(catcher, NULL), status;

	milliseconds(30);
	kill(pid, SIGTSTP);
	milliseconds(30);
	is(wait4(pid, &status, WNOHANG | WUNTRACED, NULL), 0, "a caught SIGTSTP does not stop");
	kill(pid, SIGSTOP);
	ok(stops(pid, SIGSTOP), "SIGSTOP does");
	kill(pid, SIGCONT);
	child_is(child_wait(pid), 21, "SIGCONT continues, and its handler runs");
}

// A storm: the signals cancel each other, come in any order, and at the end it runs or is dead.
static void
storm(int (*body)(void *), const char *who)
{
	int pid = child_start(body, &forever), status;

	for (int i = 0; i < 500; i++) {
		kill(pid, i % 3 == 0 ? SIGCONT : i % 2 == 0 ? SIGSTOP : SIGTSTP);
		if (i % 7 == 0)
			wait4(pid, &status, WNOHANG | WUNTRACED | WCONTINUED, NULL);
	}
	kill(pid, SIGSTOP);
	ok(stops(pid, SIGSTOP) || stops(pid, SIGSTOP), "after a storm, %s is stopped", who);
	kill(pid, SIGKILL);
	kill(pid, SIGCONT);
	kill(pid, SIGSTOP);
	child_died(child_wait(pid), SIGKILL, "and dies");
}

static int
quick(void *arg)
{
	return *(int *)arg;
}

static void
no_zombies(void)
{
	struct sigaction act = { .sa_flags = SA_NOCLDWAIT };
	int value = 4, status;

	act.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &act, NULL);
	for (int i = 0; i < 5; i++)
		child_start(quick, &value);
	ok(wait4(WAIT_ANY, &status, 0, NULL) == -1 && errno == ECHILD,
	    "SA_NOCLDWAIT: wait4 waits for the last, and has none");
	signal(SIGCHLD, SIG_IGN);
	child_start(quick, &value);
	ok(wait4(WAIT_ANY, &status, 0, NULL) == -1 && errno == ECHILD, "so with SIG_IGN");
	signal(SIGCHLD, SIG_DFL);
	child_is(child_run(quick, &value), 4, "SIG_DFL: children can be waited for");
}

int
main(void)
{
	static struct zones before;

	zones_warm();
	zones_read(&before);
	told(loop, "a loop");
	told(sleep_for, "a sleeper");
	time_goes_on();
	caught();
	signal(SIGCHLD, SIG_DFL);
	storm(loop, "a loop");
	storm(sleep_for, "a sleeper");
	no_zombies();
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
