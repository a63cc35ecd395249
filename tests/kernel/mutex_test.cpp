// SPDX-License-Identifier: BSD-2-Clause
// Self tests of mutexes: ownership, recursion, contention and the hand-off to waiters.
// Written for Kestrel.
#include <kern/mutex.hpp>

#include <tests/kernel/worker.hpp>

static constinit spin_mtx plain_spin{"test spin", lock_rank::test_spin};
static constinit spin_mtx recursive_spin{"test spin r", lock_rank::test_spin, mtx_kind::recursive};
static constinit mtx plain{"test mutex", lock_rank::test_sleep};
static constinit mtx recursive{"test mutex r", lock_rank::test_sleep, mtx_kind::recursive};

SELFTEST(spin_mutex_is_owned_by_who_locked_it)
{
	EXPECT(!plain_spin.owned());
	EXPECT(plain_spin.owner() == nullptr);
	{	mtx_guard g{plain_spin};
		EXPECT(plain_spin.owned());
		EXPECT(plain_spin.owner() == curthread);
	}
	EXPECT(!plain_spin.owned());
}

// The analysis knows no recursion.
SELFTEST(recursive_spin_mutex_is_held_until_the_last_unlock) NO_THREAD_SAFETY_ANALYSIS
{
	recursive_spin.lock();
	recursive_spin.lock();
	EXPECT_EQ(1, recursive_spin.recursion());
	recursive_spin.unlock();
	EXPECT(recursive_spin.owned());
	recursive_spin.unlock();
	EXPECT(!recursive_spin.owned());
	EXPECT_EQ(0, curthread->td_critnest);
}

// The analysis knows no recursion.
SELFTEST(recursive_mutex_is_held_until_the_last_unlock) NO_THREAD_SAFETY_ANALYSIS
{
	recursive.lock();
	recursive.lock();
	EXPECT(recursive.try_lock());
	EXPECT_EQ(2, recursive.recursion());
	recursive.unlock();
	recursive.unlock();
	EXPECT(recursive.owned());
	recursive.unlock();
	EXPECT(recursive.owner() == nullptr);
}

static void lock_plain_spin(void *) NO_THREAD_SAFETY_ANALYSIS
{
	plain_spin.lock();
	plain_spin.lock();
}

static void unlock_free_spin(void *) NO_THREAD_SAFETY_ANALYSIS
{
	plain_spin.unlock();
}

static void unlock_free(void *) NO_THREAD_SAFETY_ANALYSIS
{
	plain.unlock();
}

SELFTEST(misused_mutexes_panic)
{
	EXPECT(selftest_panics(lock_plain_spin, nullptr, "recursion on plain spin mutex"));
	EXPECT(!plain_spin.owned());
	EXPECT(selftest_panics(unlock_free_spin, nullptr, "test spin not owned"));
	EXPECT(selftest_panics(unlock_free, nullptr, "test mutex not owned"));
	EXPECT(plain.owner() == nullptr);
}

// The analysis does not see that EXPECT tests what try_lock answers.
static void try_plain(void *arg) NO_THREAD_SAFETY_ANALYSIS
{
	bool &got = *static_cast<bool *>(arg);
	got = plain.try_lock();
	if (got)
		plain.unlock();
}

// The analysis does not see that EXPECT tests what try_lock answers.
SELFTEST(try_lock_fails_while_another_thread_owns_the_mutex) NO_THREAD_SAFETY_ANALYSIS
{
	bool got = true;
	set_priority(TEST_PRI_LOW);
	{	worker other{TEST_PRI_HIGH, try_plain, &got};
		mtx_guard g{plain};
		other.go();
		EXPECT(yield_until([&] { return other.done(); }));
	}
	EXPECT(!got);
	EXPECT(plain.try_lock());
	plain.unlock();
}

// Who came through `plain`, in order.
struct arrivals final {
	thread *who[4];
	int     count;
};

static void pass_through(void *arg)
{
	arrivals &list = *static_cast<arrivals *>(arg);
	mtx_guard g{plain};
	list.who[list.count++] = curthread;
}

SELFTEST(contested_mutex_goes_to_the_waiter_of_best_priority)
{
	arrivals list{};
	set_priority(TEST_PRI_LOW);
	worker mid{TEST_PRI_MID, pass_through, &list};
	worker high{TEST_PRI_HIGH, pass_through, &list};
	{	mtx_guard g{plain};
		mid.go();
		EXPECT(yield_until([&] { return mid.blocked_on(plain); }));
		high.go();
		EXPECT(yield_until([&] { return high.blocked_on(plain); }));
	}
	EXPECT(sleep_until([&] { return mid.done() && high.done(); }));
	EXPECT_EQ(2, list.count);
	EXPECT(list.who[0] == high.td());
	EXPECT(list.who[1] == mid.td());
}

SELFTEST(waiters_of_one_priority_get_the_mutex_in_order_of_arrival)
{
	arrivals list{};
	set_priority(TEST_PRI_LOW);
	worker first{TEST_PRI_MID, pass_through, &list};
	worker second{TEST_PRI_MID, pass_through, &list};
	{	mtx_guard g{plain};
		first.go();
		EXPECT(yield_until([&] { return first.blocked_on(plain); }));
		second.go();
		EXPECT(yield_until([&] { return second.blocked_on(plain); }));
	}
	EXPECT(sleep_until([&] { return first.done() && second.done(); }));
	EXPECT(list.who[0] == first.td());
	EXPECT(list.who[1] == second.td());
}

SELFTEST(unlock_under_a_spin_mutex_does_not_switch)
{
	one_cpu single;
	arrivals list{};
	set_priority(TEST_PRI_LOW);
	worker high{TEST_PRI_HIGH, pass_through, &list};
	plain.lock();
	high.go();
	EXPECT(yield_until([&] { return high.blocked_on(plain); }));
	{	mtx_guard g{sched_lock};
		plain.unlock();
		EXPECT_EQ(0, list.count);
		EXPECT(TD_ON_RUNQ(high.td()));
	}
	EXPECT(sleep_until([&] { return high.done(); }));
}

SELFTEST(unlock_lets_a_better_waiter_run_at_once)
{
	one_cpu single;
	arrivals list{};
	set_priority(TEST_PRI_LOW);
	worker high{TEST_PRI_HIGH, pass_through, &list};
	plain.lock();
	high.go();
	EXPECT(yield_until([&] { return high.blocked_on(plain); }));
	plain.unlock();
	EXPECT_EQ(1, list.count);
}

static constexpr int rounds = 200;

static void count_up(void *arg)
{
	int &counter = *static_cast<int *>(arg);
	for (int i = 0; i < rounds; i++) {
		mtx_guard g{plain};
		int const seen = counter;
		sched_relinquish(curthread);
		counter = seen + 1;
	}
}

SELFTEST(four_threads_that_yield_inside_lose_no_increment)
{
	int counter = 0;
	{	worker a{TEST_PRI_MID, count_up, &counter};
		worker b{TEST_PRI_MID, count_up, &counter};
		worker c{TEST_PRI_LOW, count_up, &counter};
		worker d{TEST_PRI_HIGH, count_up, &counter};
		a.go();
		b.go();
		c.go();
		d.go();
	}
	EXPECT_EQ(4 * rounds, counter);
	EXPECT(plain.owner() == nullptr);
	EXPECT(plain.mtx_blocked.empty());
}

// The analysis knows no recursion.
SELFTEST(giant_drop_gives_up_every_level_and_takes_them_back) NO_THREAD_SAFETY_ANALYSIS
{
	Giant.lock();
	Giant.lock();
	Giant.lock();
	{	giant_drop no_giant;
		EXPECT(!Giant.owned());
	}
	EXPECT(Giant.owned());
	EXPECT_EQ(2, Giant.recursion());
	giant_release_all();
	EXPECT(!Giant.owned());
	{	giant_drop no_giant;
		EXPECT(!Giant.owned());
	}
	EXPECT(!Giant.owned());
}
