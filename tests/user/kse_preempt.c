// SPDX-License-Identifier: BSD-2-Clause
// Preemption by upcall: threads that never enter the kernel share a KSE, unless they forbid it.
// Written for Kestrel; kern.threads.quantum.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/stamp.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <stdint.h>
#include <sys/sysctl.h>
#include <time.h>

#define NOUPCALL	1	// KMF_NOUPCALL and TMF_NOUPCALL
#define SPINNERS	4

static uint64_t tick;	// time stamps in 10 ms

static void
measure_tick(void)
{
	const struct timespec tenth = { 0, 100000000 };
	uint64_t start = stamp();

	nanosleep(&tenth, NULL);
	tick = (stamp() - start) / 10;
}

static bool
set_quantum(int ms)
{
	return sysctlbyname("kern.threads.quantum", NULL, NULL, &ms, sizeof ms) == 0;
}

static void
spin(unsigned int ticks)
{
	for (uint64_t start = stamp(); stamp() - start < ticks * tick; )
		continue;
}

// ---- Two that wait for each other without a call ----------------------------------------------

static volatile bool arrived[2];

static void
meet(struct ru_thread *self)
{
	arrived[self->arg] = true;
	while (!arrived[!self->arg])
		continue;
	self->result = 1;
}

static int
meeting(void *arg)
{
	(void)arg;
	if (!ru_init(2) || !set_quantum(10))
		return 2;
	ru_kse(0);
	ru_thread(0, meet, 0);
	ru_thread(0, meet, 1);
	is(ru_run(), 0, "one KSE, two threads that spin until both have run");
	is(ru_threads()[1].result + ru_threads()[2].result, 2, "both went on");
	ru_balanced("no mailbox is lost by preemption");
	return failed() != 0;
}

// ---- What a preempted thread had in its registers ---------------------------------------------

// The same numbers in integer and x87 registers, however often the loop is cut up.
static uint32_t
mix(unsigned int ticks, uint32_t *rounds)
{
	uint32_t wrong = 0;

	*rounds = 0;
	for (uint64_t start = stamp(); stamp() - start < ticks * tick; (*rounds)++) {
		uint32_t word = 1;
		double sum = 0.5;

		for (int i = 1; i <= 1000; i++) {
			word = word * 1664525u + 1013904223u;
			sum += i;
		}
		wrong += word != 0x26799aa9u;
		wrong += sum != 500500.5;
	}
	return wrong;
}

static void
mixer(struct ru_thread *self)
{
	uint32_t rounds;

	self->result = (long)mix(20, &rounds) + (rounds == 0);
}

static int
registers(void *arg)
{
	int kses = *(int *)arg;
	long wrong = 0;
	unsigned int returns = 0;

	if (!ru_init(SPINNERS) || !set_quantum(10))
		return 2;
	for (int i = 0; i < kses; i++)
		ru_kse(0);
	for (int i = 0; i < SPINNERS; i++)
		ru_thread(0, mixer, 0);
	is(ru_run(), 0, "%d threads compute on %d KSEs", SPINNERS, kses);
	for (int i = 1; i <= SPINNERS; i++) {
		wrong += ru_threads()[i].result;
		returns += ru_threads()[i].returns;
	}
	is(wrong, 0, "all results are right");
	ok(returns >= SPINNERS, "they were preempted %u times", returns);
	ru_balanced("no mailbox is lost");
	return failed() != 0;
}

// ---- Forbidding it -----------------------------------------------------------------------------

enum forbid { BY_THREAD, BY_KSE, BY_QUANTUM };

static volatile unsigned int others;	// steps of the other thread
static volatile bool alone_done;

// Goes on to the end: a preemption before `alone` forbids it must not use up the only step.
static void
other(struct ru_thread *self)
{
	do
		others++;
	while (!alone_done);
	self->result = 1;
}

static void
alone(struct ru_thread *self)
{
	// The kernel reads these: the compiler must not keep the stores to itself.
	volatile uint32_t *tm_flags = &self->tm[TM_FLAGS];
	volatile uint32_t *km_flags = &self->kse->km[KM_FLAGS];

	*tm_flags = self->arg == BY_THREAD ? NOUPCALL : 0;
	*km_flags = self->arg == BY_KSE ? NOUPCALL : 0;
	unsigned int before = others;
	spin(10);
	self->result = (long)(others - before);
	*tm_flags = 0;
	*km_flags = 0;
	// Allowed again: the other one gets its turn while this one spins.
	if (self->arg != BY_QUANTUM)
		while (others == before)
			continue;
	alone_done = true;
}

static int
undisturbed(void *arg)
{
	enum forbid how = *(enum forbid *)arg;

	if (!ru_init(2) || !set_quantum(how == BY_QUANTUM ? 0 : 10))
		return 2;
	ru_kse(0);
	ru_thread(0, alone, how);
	ru_thread(0, other, 0);
	is(ru_run(), 0, "a thread spins for ten quanta");
	is(ru_threads()[1].result, 0, "nobody else ran meanwhile");
	is(ru_threads()[2].result, 1, "and then it did");
	return failed() != 0;
}

int
main(void)
{
	static struct zones before;
	static const char *const by[] = { "tm_flags", "km_flags", "a quantum of 0" };

	measure_tick();
	zones_warm();
	zones_read(&before);
	child_is(child_run(meeting, NULL), 0, "spinning threads are preempted");
	for (int kses = 1; kses <= 2; kses++) {
		char what[40];
		snprintf(what, sizeof what, "registers survive on %d KSEs", kses);
		child_is(child_run(registers, &kses), 0, what);
	}
	for (enum forbid how = BY_THREAD; how <= BY_QUANTUM; how++) {
		char what[40];
		snprintf(what, sizeof what, "%s keeps preemption away", by[how]);
		child_is(child_run(undisturbed, &how), 0, what);
	}
	ok(set_quantum(0), "the quantum is off again");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
