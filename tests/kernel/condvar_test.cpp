// SPDX-License-Identifier: BSD-2-Clause
// Self tests of condition variables.
// Written for Kestrel.
#include <kern/condvar.hpp>

#include <tests/kernel/worker.hpp>

static constinit mtx cv_mutex{"test cv", lock_rank::test_sleep};
static constinit cv condition{"testcv"};
static constinit int cv_places{};

struct waiter final {
	Errno error;
	bool  owned;
	int   place;            // order of waking: 1, 2...
};

static void note(waiter &w, Errno error)
{
	w.error = error;
	w.owned = cv_mutex.owned();
	w.place = ++cv_places;
}

static void wait_body(void *arg)
{
	mtx_guard g{cv_mutex};
	condition.wait(cv_mutex);
	note(*static_cast<waiter *>(arg), OK);
}

static void wait_sig_body(void *arg)
{
	mtx_guard g{cv_mutex};
	Errno const error = condition.wait_sig(cv_mutex);
	note(*static_cast<waiter *>(arg), error);
}

static bool waiting(worker const &w)
{
	return sleep_until([&] { return w.asleep_on(&condition); });
}

SELFTEST(cv_signal_wakes_the_longest_waiting)
{
	waiter first{}, second{};
	cv_places = 0;
	worker a{TEST_PRI_LOW, wait_body, &first};
	worker b{TEST_PRI_HIGH, wait_body, &second};
	a.go();
	EXPECT(waiting(a));
	b.go();
	EXPECT(waiting(b));
	EXPECT(condition.has_waiters());
	condition.signal();
	EXPECT(sleep_until([&] { return a.done(); }));
	EXPECT(b.asleep_on(&condition));
	condition.signal();
	EXPECT(sleep_until([&] { return b.done(); }));
	EXPECT_EQ(1, first.place);
	EXPECT_EQ(2, second.place);
	EXPECT(first.owned && second.owned);
	EXPECT(!condition.has_waiters());
}

SELFTEST(cv_broadcast_wakes_all)
{
	waiter first{}, second{};
	worker a{TEST_PRI_MID, wait_body, &first};
	worker b{TEST_PRI_MID, wait_body, &second};
	a.go();
	b.go();
	EXPECT(waiting(a) && waiting(b));
	{	mtx_guard g{cv_mutex};
		condition.broadcast();
	}
	EXPECT(sleep_until([&] { return a.done() && b.done(); }));
}

SELFTEST(cv_signal_without_waiters_is_forgotten)
{
	condition.signal();
	mtx_guard g{cv_mutex};
	EXPECT(condition.timedwait(cv_mutex, 2) == EWOULDBLOCK);
	EXPECT(cv_mutex.owned());
}

SELFTEST(cv_timed_wait_ends_after_its_ticks)
{
	mtx_guard g{cv_mutex};
	int const start = ticks;
	EXPECT(condition.timedwait_sig(cv_mutex, 4) == EWOULDBLOCK);
	EXPECT(ticks - start >= 4);
	EXPECT(!condition.has_waiters());
}

SELFTEST(cv_abort_interrupts_interruptible_waits_only)
{
	waiter deaf{EINVAL, false, 0}, keen{OK, false, 0};
	worker a{TEST_PRI_MID, wait_body, &deaf};
	worker b{TEST_PRI_MID, wait_sig_body, &keen};
	a.go();
	b.go();
	EXPECT(waiting(a) && waiting(b));
	{	mtx_guard g{sched_lock};
		a.td()->td_flags |= TDF_INTERRUPT;
		b.td()->td_flags |= TDF_INTERRUPT;
		cv_abort(a.td());
		cv_abort(b.td());
	}
	EXPECT(sleep_until([&] { return b.done(); }));
	EXPECT(keen.error == EINTR && keen.owned);
	EXPECT(a.asleep_on(&condition));
	condition.signal();
	EXPECT(sleep_until([&] { return a.done(); }));
	EXPECT(deaf.error == OK);
}
