// SPDX-License-Identifier: BSD-2-Clause
// The mask of sigsuspend is for that call: it goes with it, and who forks or execs beside it passes
// the other one on.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

static char *self_path;

// Lasting: SIGUSR1 alone. While the call waits: everything but SIGUSR1.
static bool
mask_is_lasting(void)
{
	sigset_t mask;

	return sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGUSR1) &&
	    !sigismember(&mask, SIGUSR2);
}

static void
waiter(struct ru_thread *self)
{
	sigset_t all_but;

	sigfillset(&all_but);
	sigdelset(&all_but, SIGUSR1);
	self->result = RAW(SYS_sigsuspend, W(&all_but));
}

// wait_for_waiter: until thread 1 is in sigsuspend: the mask says so.
static void
wait_for_waiter(struct ru_thread *self)
{
	const struct timespec shortest = { 0, 1 };

	while (mask_is_lasting()) {
		RAW(SYS_nanosleep, W(&shortest), 0);
		ru_yield(self);
	}
}

static void
forker(struct ru_thread *self)
{
	int status = 0;

	wait_for_waiter(self);
	int32_t pid = RAW0(SYS_fork);
	if (pid == 0)
		_exit(mask_is_lasting() ? 7 : 8);
	self->result = RAW(SYS_wait4, W(pid), W(&status), 0, 0) == pid && status == 7 << 8;
	RAW(SYS_kse_thr_interrupt, W(ru_threads()[1].tm));
}

static void
execer(struct ru_thread *self)
{
	char *argv[] = { self_path, (char *)"--second-life", NULL }, *none[] = { NULL };

	wait_for_waiter(self);
	self->result = RAW(SYS_execve, W(self_path), W(argv), W(none));
}

static void
told(int sig)
{
	(void)sig;
}

// A signal for the UTS, and boundaries of this thread, while the other one waits.
static void
bystander(struct ru_thread *self)
{
	const struct ru_thread *other = &ru_threads()[1];
	bool stayed = true;

	wait_for_waiter(self);
	signal(SIGUSR1, told);
	RAW(SYS_kill, W(getpid()), SIGUSR1);
	for (int i = 0; i < 20; i++) {
		RAW0(SYS_getpid);
		stayed = stayed && !mask_is_lasting();
	}
	RAW(SYS_kse_thr_interrupt, W(other->tm));
	while (other->result == 0)
		ru_yield(self);
	self->result = stayed && mask_is_lasting();
}

static bool
begin(void (*actor)(struct ru_thread *))
{
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	if (sigprocmask(SIG_SETMASK, &usr1, NULL) != 0 || !ru_init(2))
		return false;
	ru_kse(0);
	ru_thread(0, waiter, 0);
	ru_thread(0, actor, 0);
	return ru_run() == 0;
}

static int
signal_beside_sigsuspend(void *arg)
{
	(void)arg;
	ok(begin(bystander), "one waits, one is interrupted by a signal for the UTS");
	is(ru_threads()[2].result, 1, "the mask of sigsuspend stays until its thread leaves");
	return failed() != 0;
}

static int
fork_beside_sigsuspend(void *arg)
{
	(void)arg;
	ok(begin(forker), "one thread waits for signals, one forks");
	is(ru_threads()[2].result, 1, "the child has the mask from before sigsuspend");
	is(ru_threads()[1].result, -EINTR, "the call that waits ends by kse_thr_interrupt");
	ok(mask_is_lasting(), "and the mask is back");
	return failed() != 0;
}

#define ROUNDS	1000

static atomic_int ended;

static void
many_times(struct ru_thread *self)
{
	self->result = 0;
	for (int i = 0; i < ROUNDS && self->result == 0; i++) {
		struct ru_thread call;

		waiter(&call);
		self->result = call.result != -EINTR || !mask_is_lasting() ? i + 1 : 0;
	}
	ended = 1;
}

// Looks for signals on its way out of every call, and finds those of the other CPU's thread.
static void
interrupter(struct ru_thread *self)
{
	(void)self;
	while (!ended) {
		RAW(SYS_kse_thr_interrupt, W(ru_threads()[1].tm));
		for (int i = 0; i < 3; i++)
			RAW0(SYS_getpid);
	}
}

// Where there are several CPUs, the others look for signals while one leaves sigsuspend.
static int
looks_beside_sigsuspend(void *arg)
{
	sigset_t usr1;

	(void)arg;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	if (sigprocmask(SIG_SETMASK, &usr1, NULL) != 0 || !ru_init(2))
		return 1;
	ru_thread(0, many_times, 0);
	ru_thread(0, interrupter, 0);
	ru_kse(0);
	ru_kse(0);
	is(ru_run(), 0, "one thread is interrupted, on two KSEs");
	is(ru_threads()[1].result, 0, "its mask was back %d times, so in no round it was not",
	    ROUNDS);
	return failed() != 0;
}

static int
exec_beside_sigsuspend(void *arg)
{
	(void)arg;
	begin(execer);
	return 100;
}

// The mask that exec leaves stays, also after a signal has been acted on.
static int
second_life(void)
{
	if (!mask_is_lasting())
		return 78;
	kill(getpid(), SIGURG);
	kill(getpid(), SIGUSR1);
	return mask_is_lasting() ? 77 : 79;
}

int
main(int argc, char **argv)
{
	static struct zones before;

	self_path = argc > 0 ? argv[0] : (char *)"/tests/kse_sigsuspend";
	if (argc > 1 && strcmp(argv[1], "--second-life") == 0)
		return second_life();
	zones_warm();
	zones_read(&before);
	child_is(child_run(signal_beside_sigsuspend, NULL), 0, "a signal beside sigsuspend");
	child_is(child_run(looks_beside_sigsuspend, NULL), 0, "others look for signals meanwhile");
	child_is(child_run(fork_beside_sigsuspend, NULL), 0, "fork beside sigsuspend");
	child_is(child_run(exec_beside_sigsuspend, NULL), 77,
	    "a program that was exec'ed beside sigsuspend has the mask from before");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
