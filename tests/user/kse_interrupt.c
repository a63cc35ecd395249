// SPDX-License-Identifier: BSD-2-Clause
// kse_thr_interrupt that returns 0 has interrupted something: also when fork stops the sleeper on
// its way into the call, or out of it to begin again. A fork that is turned back is not broken off.
// Written for Kestrel.
#include "lib/chance.h"
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#define ROUNDS		300
#define PATIENCE	1000	// naps before an interruption counts as lost

enum order { FORK_FIRST, INTERRUPT_FIRST };

static atomic_int enters, leaves;	// of read, by the reader
static int fds[2];

static void
reader(struct ru_thread *self)
{
	char byte;
	int32_t got = -EINTR;

	for (; got == -EINTR; leaves++) {
		enters++;
		got = RAW(SYS_read, W(fds[0]), W(&byte), 1);
	}
	self->result = got;
}

// interrupt: until it is taken. Not when the reader was interrupted already.
static void
interrupt(int round)
{
	while (leaves == round && RAW(SYS_kse_thr_interrupt, W(ru_threads()[1].tm)) != 0)
		continue;
}

static int32_t
fork_child(void)
{
	int32_t pid = RAW0(SYS_fork);

	if (pid == 0)
		_exit(0);
	return pid;
}

static bool
one_round(struct ru_thread *self, int round, uint32_t *dice)
{
	int32_t pid;

	while (enters == round)
		ru_yield(self);
	for (uint32_t delay = chance_next(dice) % 2000; delay > 0; delay--)
		__asm__ volatile("pause");
	if (self->arg == INTERRUPT_FIRST)
		interrupt(round);
	pid = fork_child();
	if (self->arg == FORK_FIRST)
		interrupt(round);
	RAW(SYS_wait4, W(pid), 0, 0, 0);
	for (int i = 0; i < PATIENCE && leaves == round; i++) {
		ru_yield(self);
		milliseconds(1);
	}
	return leaves != round;
}

static void
forker(struct ru_thread *self)
{
	uint32_t dice = 7;

	self->result = 0;
	while (self->result < ROUNDS && one_round(self, (int)self->result, &dice))
		self->result++;
	RAW(SYS_write, W(fds[1]), W("x"), 1);
}

static int
race(void *arg)
{
	if (pipe(fds) != 0 || !ru_init(2))
		return 1;
	for (int i = 0; i < 3; i++)
		ru_kse(0);
	ru_thread(0, reader, 0);
	ru_thread(0, forker, *(enum order *)arg);
	is(ru_run(), 0, "one thread reads, the other one forks and interrupts it");
	is(ru_threads()[2].result, ROUNDS, "each interruption ended a read");
	is(ru_threads()[1].result, 1, "the last read found its byte");
	ru_balanced("the ledger balances");
	return failed() != 0;
}

#define FORKS	60

static atomic_int forking;	// threads that still fork

// Two threads fork at once and so turn each other's call back.
static void
fork_often(struct ru_thread *self)
{
	for (int i = 0; i < FORKS; i++) {
		int32_t pid = fork_child(), reaped;

		while ((reaped = RAW(SYS_wait4, W(pid), 0, 0, 0)) == -EINTR)
			continue;
		self->result += pid > 0 && reaped == pid;
	}
	forking--;
}

static void
interrupt_forks(struct ru_thread *self)
{
	while (forking > 0) {
		for (int i = 1; i <= 2; i++)
			RAW(SYS_kse_thr_interrupt, W(ru_threads()[i].tm));
		ru_yield(self);
	}
}

static int
forks(void *arg)
{
	(void)arg;
	if (!ru_init(3))
		return 1;
	forking = 2;
	for (int i = 0; i < 3; i++)
		ru_kse(0);
	ru_thread(0, fork_often, 0);
	ru_thread(0, fork_often, 0);
	ru_thread(0, interrupt_forks, 0);
	is(ru_run(), 0, "two threads fork, one interrupts them");
	is(ru_threads()[1].result + ru_threads()[2].result, 2 * FORKS, "no fork is broken off");
	return failed() != 0;
}

int
main(void)
{
	static struct zones before;
	enum order order = FORK_FIRST;

	zones_warm();
	zones_read(&before);
	child_is(child_run(race, &order), 0, "interrupted after a fork");
	order = INTERRUPT_FIRST;
	child_is(child_run(race, &order), 0, "interrupted before a fork");
	child_is(child_run(forks, NULL), 0, "forks that are interrupted");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
