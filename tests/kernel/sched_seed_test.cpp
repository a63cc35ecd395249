// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the scheduler's dice: the seed decides who runs when, and 0 stands for nobody's.
// Written for Kestrel.
#include <kern/sched_seed.hpp>

#include <tests/kernel/worker.hpp>

#include <string.h>

namespace {

constexpr int runners = 4, steps = 24;

// Who made which step: the order is what a seed decides.
struct course final {
	char   order_of[runners * steps];
	size_t count;
};
constinit course now{};

constinit mtx gate{"test gate", lock_rank::test_sleep};
constinit mtx step{"test step", lock_rank::test_sleep};

void runner(void *arg)
{
	char const name = *static_cast<char const *>(arg);
	{	mtx_guard g{gate};
	}
	for (int i = 0; i < steps; i++) {
		mtx_guard g{step};
		now.order_of[now.count++] = name;
	}
}

// run_course: the runners wait for a mutex, not for a tick, so that nothing but the dice counts
// from the moment at which the seed is set.
course run_course(uint32_t seed)
{
	static constexpr char names[runners] = {'a', 'b', 'c', 'd'};
	one_cpu one;
	now = course{};
	{	worker a{TEST_PRI_MID, runner, const_cast<char *>(&names[0])};
		worker b{TEST_PRI_MID, runner, const_cast<char *>(&names[1])};
		worker c{TEST_PRI_MID, runner, const_cast<char *>(&names[2])};
		worker d{TEST_PRI_MID, runner, const_cast<char *>(&names[3])};
		gate.lock();
		for (worker *w : {&a, &b, &c, &d}) {
			w->go();
			EXPECT(yield_until([&] { return w->blocked_on(gate); }));
		}
		sched_set_seed(seed);
		gate.unlock();
		EXPECT(sleep_until([&] {
			return a.done() && b.done() && c.done() && d.done();
		}));
		sched_set_seed(0);
	}
	return now;
}

}

// A process of the kernel's own that wakes up in between throws, too: once of three times it does
// not.
SELFTEST(same_seed_makes_the_same_order)
{
	bool same = false;
	for (int i = 0; i < 3 && !same; i++) {
		course const first = run_course(42), second = run_course(42);
		EXPECT_EQ(runners * steps, first.count);
		same = memcmp(first.order_of, second.order_of, sizeof first.order_of) == 0;
	}
	EXPECT(same);
}

SELFTEST(different_seeds_make_different_orders)
{
	course const first = run_course(1);
	int different = 0;
	for (uint32_t seed = 2; seed < 6; seed++) {
		course const other = run_course(seed);
		different += memcmp(first.order_of, other.order_of, sizeof first.order_of) != 0;
	}
	EXPECT(different >= 3);
}

SELFTEST(without_a_seed_no_lock_is_a_place_to_be_switched)
{
	uint32_t const before = sched_seed_switches();
	course const plain = run_course(0);
	EXPECT_EQ(before, sched_seed_switches());
	// One after the other, each in one go.
	int turns = 0;
	for (size_t i = 1; i < plain.count; i++)
		turns += plain.order_of[i] != plain.order_of[i - 1];
	EXPECT_EQ(runners - 1, turns);
	run_course(7);
	EXPECT(sched_seed_switches() != before);
}
