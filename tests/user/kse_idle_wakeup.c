// SPDX-License-Identifier: BSD-2-Clause
// kse_wakeup against kse_release: a KSE that releases itself while another wakes it must not idle.
// The program stays the UTS of KSE 0, a second KSE does nothing but answer.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "tap.h"

#include <errno.h>

#define ROUNDS		2000
#define PATIENCE	20000	// yields, then naps, before a wakeup counts as lost

static uint32_t first[KM_WORDS], second[KM_WORDS], third[KM_WORDS];
static char stacks[3][8192] __attribute__((__aligned__(16)));

static unsigned int upcalls;	// of the second KSE
static unsigned int hold;	// it waits in its UTS while this is 1
static unsigned int holding;	// it does so

static void
pause_a_little(int i)
{
	if (i < PATIENCE / 2)
		RAW0(SYS_sched_yield);
	else
		milliseconds(1);
}

static bool
becomes(const unsigned int *word, unsigned int value)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
			return true;
		pause_a_little(i);
	}
	return false;
}

static bool
changes(const unsigned int *word, unsigned int from)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != from)
			return true;
		pause_a_little(i);
	}
	return false;
}

// The second KSE: counts, waits while asked to, goes idle.
static void
answer(uint32_t *km)
{
	(void)km;
	__atomic_fetch_add(&upcalls, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&hold, __ATOMIC_ACQUIRE) != 0) {
		__atomic_store_n(&holding, 1, __ATOMIC_RELEASE);
		RAW0(SYS_sched_yield);
	}
	__atomic_store_n(&holding, 0, __ATOMIC_RELEASE);
	RAW0(SYS_kse_release);
	bail_out("kse_release returned");
}

static void
set_up(uint32_t *km, char *stack)
{
	km[KM_FUNC] = W(answer);
	km[KM_STACK_SP] = W(stack);
	km[KM_STACK_SIZE] = sizeof stacks[0];
}

// Each wakeup must be followed by an upcall that began after it, whatever the KSE was doing: just
// released, about to release, or idle for long.
static void
races(void)
{
	int lost = 0, refused = 0;

	for (int i = 0; i < ROUNDS && lost == 0; i++) {
		unsigned int before = __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE);
		refused += RAW(SYS_kse_wakeup, W(second)) != 0;
		lost += !changes(&upcalls, before);
		for (int delay = i % 50; delay > 0; delay--)
			__asm__ volatile("pause");
	}
	is(refused, 0, "%d wakeups were accepted", ROUNDS);
	is(lost, 0, "each led to an upcall");
}

static void
sticky(void)
{
	int lost = 0;

	for (int i = 0; i < 200 && lost == 0; i++) {
		unsigned int before;

		__atomic_store_n(&hold, 1, __ATOMIC_RELEASE);
		RAW(SYS_kse_wakeup, W(second));
		if (!becomes(&holding, 1)) {
			lost++;
			break;
		}
		// It surely runs in user mode or yields: the wakeup comes before its release.
		before = __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE);
		RAW(SYS_kse_wakeup, W(second));
		__atomic_store_n(&hold, 0, __ATOMIC_RELEASE);
		lost += !changes(&upcalls, before);
	}
	is(lost, 0, "200 wakeups before the release: the release upcalls at once");
}

static void
any_idle(void)
{
	int lost = 0, never_idle = 0;

	for (int i = 0; i < 200 && lost + never_idle == 0; i++) {
		unsigned int before = 0;
		int32_t error = -ESRCH;

		for (int j = 0; j < PATIENCE && error != 0; j++) {
			before = __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE);
			error = RAW(SYS_kse_wakeup, 0);
			if (error != 0)
				pause_a_little(j);
		}
		never_idle += error != 0;
		lost += error == 0 && !changes(&upcalls, before);
	}
	is(never_idle, 0, "200 times kse_wakeup(NULL) found the idle KSE");
	is(lost, 0, "and woke it");
}

static void
nobody_idle(void)
{
	unsigned int before;

	__atomic_store_n(&hold, 1, __ATOMIC_RELEASE);
	RAW(SYS_kse_wakeup, W(second));
	ok(becomes(&holding, 1), "the second KSE is busy");
	before = __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE);
	is(RAW(SYS_kse_wakeup, 0), -ESRCH, "kse_wakeup(NULL) then finds nobody");
	__atomic_store_n(&hold, 0, __ATOMIC_RELEASE);
	ok(becomes(&holding, 0), "it goes idle");
	milliseconds(20);
	is((long)__atomic_load_n(&upcalls, __ATOMIC_ACQUIRE), (long)before,
	    "and nothing wakes it unasked");
}

static unsigned int third_came;

// The third KSE releases at once; only a wakeup by mailbox is meant for it.
static void
answer_third(uint32_t *km)
{
	(void)km;
	__atomic_fetch_add(&third_came, 1, __ATOMIC_ACQ_REL);
	RAW0(SYS_kse_release);
	bail_out("kse_release returned");
}

static void
the_right_one(void)
{
	int wrong = 0;

	set_up(third, stacks[2]);
	third[KM_FUNC] = W(answer_third);
	is(RAW(SYS_kse_create, W(third), 0), 0, "a third KSE");
	ok(changes(&third_came, 0), "begins with an upcall");
	milliseconds(20);
	for (int i = 0; i < 100 && wrong == 0; i++) {
		unsigned int others = __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE);
		unsigned int before = __atomic_load_n(&third_came, __ATOMIC_ACQUIRE);

		RAW(SYS_kse_wakeup, W(third));
		wrong += !changes(&third_came, before);
		wrong += __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE) != others;
	}
	is(wrong, 0, "a mailbox wakes its own KSE and no other, 100 times");
}

int
main(void)
{
	set_up(first, stacks[0]);
	set_up(second, stacks[1]);
	is(RAW(SYS_kse_create, W(first), 0), 0, "the program's KSE gets a mailbox");
	is(RAW(SYS_kse_create, W(second), 0), 0, "a second KSE");
	if (!ok(changes(&upcalls, 0), "begins with an upcall"))
		return done_testing();
	races();
	sticky();
	any_idle();
	nobody_idle();
	the_right_one();
	return done_testing();
}
