// SPDX-License-Identifier: BSD-2-Clause
// System calls that a signal breaks off, or that run again; timers and waits for signals.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int caught;
static int hold[2];

static void
count(int sig)
{
	(void)sig;
	caught++;
}

static void
install(int sig, int flags)
{
	struct sigaction act = { .sa_flags = flags };

	act.sa_handler = count;
	sigaction(sig, &act, NULL);
	caught = 0;
}

static long
elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

// later: a child that writes a byte to the pipe in a while; SIGALRM comes before.
static int
later(void *arg)
{
	milliseconds(100);
	return write(*(int *)arg, "x", 1) == 1 ? 5 : 1;
}

static void
reading(void)
{
	char byte;
	int fds[2], pid;

	if (pipe(fds) != 0)
		bail_out("no pipe");
	install(SIGALRM, 0);
	ualarm(30000, 0);
	ok(read(fds[0], &byte, 1) == -1 && errno == EINTR, "read: EINTR");
	is(caught, 1, "and the handler has run");
	install(SIGALRM, SA_RESTART);
	pid = child_start(later, &fds[1]);
	ualarm(30000, 0);
	is(read(fds[0], &byte, 1), 1, "SA_RESTART: it reads on");
	is(caught, 1, "though the handler has run");
	child_is(child_wait(pid), 5, "until there was something");
}

static int
drain(void *arg)
{
	static char buffer[70000];
	size_t got = 0;

	close(hold[1]);
	milliseconds(100);
	(void)arg;
	for (;;) {
		ssize_t n = read(hold[0], buffer, sizeof buffer);
		if (n <= 0)
			return n == 0 ? (int)(got / 1000) : 255;
		got += (size_t)n;
	}
}

static void
writing(void)
{
	static char buffer[60000];
	ssize_t n;
	int pid;

	if (pipe(hold) != 0)
		bail_out("no pipe");
	install(SIGALRM, 0);
	ualarm(30000, 0);
	n = write(hold[1], buffer, sizeof buffer);
	ok(n > 0 && n < (ssize_t)sizeof buffer, "a long write: what it has written, %d", (int)n);
	ualarm(30000, 0);
	ok(write(hold[1], buffer, 1) == -1 && errno == EINTR, "with nothing written: EINTR");
	install(SIGALRM, SA_RESTART);
	pid = child_start(drain, NULL);
	ualarm(30000, 0);
	is(write(hold[1], buffer, 100), 100, "SA_RESTART: it writes on");
	close(hold[0]);
	close(hold[1]);
	child_is(child_wait(pid), (int)(n + 100) / 1000, "and nothing is lost or doubled");
}

static int
nap(void *arg)
{
	milliseconds(*(int *)arg);
	return 3;
}

static void
waiting(void)
{
	int time = 120, status, pid = child_start(nap, &time);

	install(SIGALRM, 0);
	ualarm(30000, 0);
	ok(wait4(pid, &status, 0, NULL) == -1 && errno == EINTR, "wait4: EINTR");
	install(SIGALRM, SA_RESTART);
	ualarm(20000, 0);
	is(wait4(pid, &status, 0, NULL), pid, "SA_RESTART: it waits on");
	is(caught, 1, "past a handler");
}

static void
sleeping(void)
{
	struct timespec request = { 10, 0 }, rest = { 0, 0 }, start;

	install(SIGALRM, SA_RESTART);
	clock_gettime(CLOCK_MONOTONIC, &start);
	ualarm(50000, 0);
	ok(nanosleep(&request, &rest) == -1 && errno == EINTR, "nanosleep: EINTR, always");
	ok(elapsed_ms(&start) < 2000 && rest.tv_sec == 9, "it says what is left");
	signal(SIGALRM, SIG_IGN);
	request = (struct timespec){ 0, 100000000 };
	clock_gettime(CLOCK_MONOTONIC, &start);
	ualarm(20000, 0);
	is(nanosleep(&request, NULL), 0, "an ignored signal does not wake");
	ok(elapsed_ms(&start) >= 100, "it slept its time");
	install(SIGALRM, 0);
	alarm(1);
	ok(sleep(30) >= 28, "alarm ends a sleep");
}

static void
suspending(void)
{
	sigset_t mask, none, now;

	install(SIGALRM, 0);
	sigemptyset(&none);
	sigemptyset(&mask);
	sigaddset(&mask, SIGALRM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	ualarm(20000, 0);
	milliseconds(60);
	is(caught, 0, "masked until sigsuspend");
	ok(sigsuspend(&none) == -1 && errno == EINTR, "which ends");
	is(caught, 1, "with the handler");
	sigprocmask(SIG_BLOCK, NULL, &now);
	is(sigismember(&now, SIGALRM), 1, "and the mask as before");
	for (int i = 0; i < 50; i++) {
		ualarm(1000, 0);
		sigsuspend(&none);
	}
	is(caught, 51, "50 times, none lost");
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	ualarm(20000, 0);
	ok(pause() == -1 && errno == EINTR, "pause");
}

static void
intervals(void)
{
	struct itimerval value = { { 0, 20000 }, { 0, 20000 } }, left;
	struct timespec start;

	install(SIGALRM, 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	is(setitimer(ITIMER_REAL, &value, NULL), 0, "setitimer: 20 ms, again and again");
	while (caught < 5)
		pause();
	ok(elapsed_ms(&start) >= 100, "five of them take 100 ms: %d", (int)elapsed_ms(&start));
	value = (struct itimerval){ { 0, 0 }, { 0, 0 } };
	setitimer(ITIMER_REAL, &value, &left);
	is(left.it_interval.tv_usec, 20000, "the interval was this");
	caught = 0;
	milliseconds(60);
	is(caught, 0, "stopped is stopped");

	install(SIGVTALRM, 0);
	value.it_value.tv_usec = 50000;
	is(setitimer(ITIMER_VIRTUAL, &value, NULL), 0, "50 ms of the program's own time");
	milliseconds(100);
	is(caught, 0, "do not pass asleep");
	getitimer(ITIMER_VIRTUAL, &left);
	ok(left.it_value.tv_usec > 0, "something is left");
	for (volatile int i = 0; caught == 0; i = i + 1)
		continue;
	is(caught, 1, "but in a loop");
	install(SIGPROF, 0);
	setitimer(ITIMER_PROF, &value, NULL);
	while (caught == 0)
		getppid();
	is(caught, 1, "ITIMER_PROF counts the kernel's time, too");
}

static void
timer_errors(void)
{
	struct itimerval bad = { { 0, 0 }, { 0, 1000000 } }, before = { { 0, 0 }, { 3, 0 } };

	is(RAW(SYS_setitimer, 0, W(&bad), 0), -EINVAL, "1000000 microseconds: EINVAL");
	is(RAW(SYS_setitimer, 3, W(&before), 0), -EINVAL, "timer 3: EINVAL");
	is(RAW(SYS_getitimer, 3, W(&before)), -EINVAL, "getitimer, too");
	is(RAW(SYS_setitimer, 0, 8, 0), -EFAULT, "a value at 8: EFAULT");
	is(RAW(SYS_getitimer, 0, 8), -EFAULT, "to 8: EFAULT");
	setitimer(ITIMER_REAL, &before, NULL);
	is((long)alarm(0), 3, "alarm(0) tells what was left");
}

static int
armed(void *arg)
{
	(void)arg;
	ualarm(1000, 1000);
	signal(SIGALRM, SIG_IGN);
	return 0;
}

int
main(void)
{
	int wrong = 0;

	reading();
	writing();
	waiting();
	sleeping();
	suspending();
	intervals();
	timer_errors();
	for (int i = 0; i < 100; i++)
		wrong += child_run(armed, NULL) == -1;
	is(wrong, 0, "100 programs end with a timer running");
	return done_testing();
}
