// SPDX-License-Identifier: BSD-2-Clause
// Self tests of priority lending: along a chain, to ready owners, and its end.
// Written for Kestrel.
#include <kern/turnstile.hpp>

#include <tests/kernel/worker.hpp>

// Of a rank whose mutexes nest, as links of a chain must.
static constinit mtx lock_a{"test mutex a", lock_rank::file};
static constinit mtx lock_b{"test mutex b", lock_rank::file};

static void take_a(void *)
{
	mtx_guard g{lock_a};
}

static void take_b(void *)
{
	mtx_guard g{lock_b};
}

static void take_b_then_a(void *)
{
	mtx_guard b{lock_b};
	mtx_guard a{lock_a};
}

SELFTEST(priority_is_lent_along_a_chain_of_three_threads)
{
	thread *low = curthread;
	set_priority(TEST_PRI_LOW);
	worker mid{TEST_PRI_MID, take_b_then_a, nullptr};
	worker high{TEST_PRI_HIGH, take_b, nullptr};
	{	mtx_guard g{lock_a};
		mid.go();
		EXPECT(yield_until([&] { return mid.blocked_on(lock_a); }));
		EXPECT_EQ(TEST_PRI_MID, low->td_priority);
		high.go();
		EXPECT(yield_until([&] { return high.blocked_on(lock_b); }));
		EXPECT_EQ(TEST_PRI_HIGH, mid.td()->td_priority);
		EXPECT_EQ(TEST_PRI_HIGH, low->td_priority);
	}
	EXPECT_EQ(TEST_PRI_LOW, low->td_priority);
	EXPECT(sleep_until([&] { return mid.done() && high.done(); }));
	EXPECT(lock_a.owner() == nullptr && lock_b.owner() == nullptr);
}

SELFTEST(lent_priority_falls_to_what_the_remaining_mutexes_lend)
{
	thread *low = curthread;
	set_priority(TEST_PRI_LOW);
	worker mid{TEST_PRI_MID, take_a, nullptr};
	worker high{TEST_PRI_HIGH, take_b, nullptr};
	lock_a.lock();
	lock_b.lock();
	mid.go();
	EXPECT(yield_until([&] { return mid.blocked_on(lock_a); }));
	high.go();
	EXPECT(yield_until([&] { return high.blocked_on(lock_b); }));
	EXPECT_EQ(TEST_PRI_HIGH, low->td_priority);
	lock_b.unlock();
	EXPECT_EQ(TEST_PRI_MID, low->td_priority);
	lock_a.unlock();
	EXPECT_EQ(TEST_PRI_LOW, low->td_priority);
	EXPECT(low->td_contested.empty());
}

// A low thread that holds a mutex and yields, ready but not running, until it is told to let go.
struct holder final {
	atomic<int> holding;
	atomic<int> let_go;
};

static void hold_a(void *arg)
{
	holder &h = *static_cast<holder *>(arg);
	mtx_guard g{lock_a};
	h.holding.store(1, order::release);
	(void)yield_until([&] { return h.let_go.load(order::acquire) != 0; });
}

SELFTEST(ready_owner_moves_to_the_run_queue_of_the_lent_priority)
{
	holder h{};
	one_cpu here;
	// Better than all: what it sees is what the others left when it woke.
	set_priority(TEST_PRI_HIGH - 8);
	worker low{TEST_PRI_LOW, hold_a, &h};
	worker high{TEST_PRI_HIGH, take_a, nullptr};
	low.go();
	EXPECT(sleep_until([&] { return h.holding.load(order::acquire) != 0; }));
	high.go();
	EXPECT(sleep_until([&] { return high.blocked_on(lock_a); }));
	{	mtx_guard g{sched_lock};
		EXPECT(TD_ON_RUNQ(low.td()));
		EXPECT_EQ(TEST_PRI_HIGH, low.td()->td_priority);
		EXPECT_EQ(TEST_PRI_HIGH / 4, low.td()->td_kse->ke_rqindex);
	}
	h.let_go.store(1, order::release);
	EXPECT(sleep_until([&] { return low.done() && high.done(); }));
}

SELFTEST(equal_priority_lends_nothing)
{
	thread *self = curthread;
	set_priority(TEST_PRI_MID);
	worker other{TEST_PRI_MID, take_a, nullptr};
	{	mtx_guard g{lock_a};
		other.go();
		EXPECT(yield_until([&] { return other.blocked_on(lock_a); }));
		EXPECT_EQ(TEST_PRI_MID, self->td_priority);
	}
	EXPECT_EQ(TEST_PRI_MID, self->td_priority);
}

SELFTEST(lent_priority_outlasts_a_change_of_the_owners_own)
{
	thread *low = curthread;
	set_priority(TEST_PRI_MID);
	worker high{TEST_PRI_HIGH, take_a, nullptr};
	{	mtx_guard g{lock_a};
		high.go();
		EXPECT(yield_until([&] { return high.blocked_on(lock_a); }));
		set_priority(TEST_PRI_LOW);
		EXPECT_EQ(TEST_PRI_HIGH, low->td_priority);
	}
	EXPECT_EQ(TEST_PRI_LOW, low->td_priority);
}

SELFTEST(blocked_thread_that_gets_better_moves_up_and_lends_more)
{
	thread *self = curthread;
	set_priority(TEST_PRI_LOW);
	worker first{TEST_PRI_MID, take_a, nullptr};
	worker second{TEST_PRI_MID, take_a, nullptr};
	{	mtx_guard g{lock_a};
		first.go();
		EXPECT(yield_until([&] { return first.blocked_on(lock_a); }));
		second.go();
		EXPECT(yield_until([&] { return second.blocked_on(lock_a); }));
		mtx_guard sg{sched_lock};
		sched_prio(second.td(), TEST_PRI_HIGH);
		EXPECT(lock_a.mtx_blocked.first() == second.td());
		EXPECT_EQ(TEST_PRI_HIGH, self->td_priority);
	}
	EXPECT_EQ(TEST_PRI_LOW, self->td_priority);
}
