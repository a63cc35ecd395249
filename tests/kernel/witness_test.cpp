// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the lock-order checker: what it catches, what it lets pass, what it remembers.
// Written for Kestrel.
#include <kern/mutex.hpp>
#include <kern/sysctl.hpp>

#include <tests/kernel/worker.hpp>

#include <string.h>

static constinit mtx low_sleep{"witness file", lock_rank::file};
static constinit mtx same_sleep{"witness file 2", lock_rank::file};
static constinit mtx high_sleep{"witness test", lock_rank::test_sleep};
static constinit mtx high_sleep2{"witness test 2", lock_rank::test_sleep};
static constinit spin_mtx low_spin{"witness tty", lock_rank::tty};
static constinit spin_mtx high_spin{"witness spin", lock_rank::test_spin};

static uint32_t held_count()
{
	return curthread->td_sleeplocks.count;
}

static void reverse_sleep(void *)
{
	mtx_guard a{high_sleep};
	mtx_guard b{low_sleep};
}

static void reverse_spin(void *)
{
	mtx_guard a{high_spin};
	mtx_guard b{low_spin};
}

static void two_of_one_rank(void *)
{
	mtx_guard a{high_sleep};
	mtx_guard b{high_sleep2};
}

static void sleep_mutex_under_spin(void *)
{
	mtx_guard a{low_spin};
	mtx_guard b{high_sleep};
}

// The analysis would refuse what is tried here.
static void recurse_on_plain(void *) NO_THREAD_SAFETY_ANALYSIS
{
	high_sleep2.lock();
	high_sleep2.lock();
}

static void sleep_with_mutex(void *)
{
	mtx_guard a{same_sleep};
	(void)tsleep(&low_spin, 0, "test", 1);
}

static void sleep_with_spin(void *)
{
	mtx_guard a{low_spin};
	(void)tsleep(&low_spin, 0, "test", 1);
}

SELFTEST(witness_catches_a_reversal_of_mutexes)
{
	EXPECT(selftest_panics(reverse_sleep, nullptr, "lock order reversal: witness file"));
	EXPECT(high_sleep.owner() == nullptr);
}

SELFTEST(witness_catches_a_reversal_of_spin_mutexes)
{
	EXPECT(selftest_panics(reverse_spin, nullptr, "lock order reversal: witness tty"));
	EXPECT(high_spin.owner() == nullptr);
}

SELFTEST(witness_catches_two_mutexes_of_a_rank_that_does_not_nest)
{
	EXPECT(selftest_panics(two_of_one_rank, nullptr, "lock order reversal: witness test 2"));
}

SELFTEST(witness_catches_a_mutex_under_a_spin_mutex)
{
	EXPECT(selftest_panics(sleep_mutex_under_spin, nullptr,
	    "mutex witness test wanted with spin mutex witness tty held"));
	EXPECT(low_spin.owner() == nullptr);
}

SELFTEST(plain_mutex_taken_twice_panics)
{
	EXPECT(selftest_panics(recurse_on_plain, nullptr, "recursion on plain mutex"));
	EXPECT(high_sleep2.owner() == nullptr);
}

SELFTEST(witness_catches_a_sleep_with_a_mutex_held)
{
	EXPECT(selftest_panics(sleep_with_mutex, nullptr,
	    "sleep (test) with lock witness file 2 held"));
}

SELFTEST(witness_catches_a_sleep_with_a_spin_mutex_held)
{
	EXPECT(selftest_panics(sleep_with_spin, nullptr, "sleep (test) with lock witness tty"));
	EXPECT(low_spin.owner() == nullptr);
}

SELFTEST(mutexes_of_a_nesting_rank_may_be_held_together)
{
	mtx_guard a{low_sleep};
	mtx_guard b{same_sleep};
	EXPECT_EQ(2, held_count());
}

// The analysis does not see that EXPECT tests what try_lock answers.
SELFTEST(try_lock_is_free_of_the_order) NO_THREAD_SAFETY_ANALYSIS
{
	mtx_guard a{high_sleep};
	EXPECT(low_sleep.try_lock());
	EXPECT_EQ(2, held_count());
	low_sleep.unlock();
}

SELFTEST(locks_may_be_released_in_any_order)
{
	EXPECT_EQ(0, held_count());
	low_sleep.lock();
	high_sleep.lock();
	high_spin.lock();
	low_sleep.unlock();
	EXPECT_EQ(2, held_count());
	EXPECT(curthread->td_sleeplocks.held[0] == &high_sleep.object());
	EXPECT(curthread->td_sleeplocks.held[1] == &high_spin.object());
	high_spin.unlock();
	high_sleep.unlock();
	EXPECT_EQ(0, held_count());
}

static void look_at_record(void *arg)
{
	uint32_t &seen = *static_cast<uint32_t *>(arg);
	seen = held_count();
}

SELFTEST(sched_lock_leaves_no_record_behind_across_switches)
{
	uint32_t seen = 99;
	{	worker w{TEST_PRI_HIGH, look_at_record, &seen};
		w.go();
	}
	EXPECT_EQ(0, seen);
	EXPECT(tsleep(&low_spin, 0, "test", 1) == EWOULDBLOCK);
	EXPECT_EQ(0, held_count());
	sched_relinquish(curthread);
	EXPECT_EQ(0, held_count());
}

// What debug.witness.graph says now. One test at a time.
static char const *graph()
{
	static constinit char text[8192]{};
	size_t length = sizeof(text);

	sysctl_oid const *const oid = sysctl_find("debug.witness.graph");
	EXPECT_EQ(OK, sysctl_kernel(*oid, text, &length, nullptr, 0));
	EXPECT_EQ('\0', text[length - 1]);
	return text;
}

SELFTEST(witness_graph_has_the_declared_order_and_what_was_seen)
{
	static constinit mtx sleep{"witness graph", lock_rank::memwait};
	static constinit spin_mtx spin{"witness graph spin", lock_rank::ktr};

	EXPECT(strstr(graph(), "digraph lock_order {\n") == graph());
	EXPECT(strstr(graph(), "\tgiant -> proctree [style=dotted];\n") != nullptr);
	EXPECT(strstr(graph(), "\tmemwait -> ktr;\n") == nullptr);
	{	mtx_guard a{sleep};
		mtx_guard b{spin};
	}
	EXPECT(strstr(graph(), "\tmemwait -> ktr;\n") != nullptr);
	EXPECT(strstr(graph(), "\tktr -> memwait;\n") == nullptr);
}

SELFTEST(witness_graph_has_no_reversal)
{
	// A test that panics on purpose is refused before it is noted.
	EXPECT(selftest_panics(reverse_sleep, nullptr, "lock order reversal"));
	EXPECT(strstr(graph(), "\ttest_sleep -> file;\n") == nullptr);
	EXPECT(strstr(graph(), "\tsched -> callout;\n") != nullptr);
}
