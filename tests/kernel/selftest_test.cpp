// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the test runner: selection by name, and panics on request.
// Written for Kestrel.
#include <kern/selftest.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <machine/cpufunc.hpp>

static constinit spin_mtx test_spin{"selftest spin", lock_rank::test_spin};
static constinit mtx test_mutex{"selftest mutex", lock_rank::test_sleep};

SELFTEST(selftest_globs_match_as_in_the_shell)
{
	EXPECT(selftest_matches("*", "runq_add"));
	EXPECT(selftest_matches("runq_*", "runq_add"));
	EXPECT(selftest_matches("*add", "runq_add"));
	EXPECT(selftest_matches("r?nq*a*d", "runq_add"));
	EXPECT(selftest_matches("zone_*,runq_*", "runq_add"));
	EXPECT(selftest_matches("zone_*|runq_add", "runq_add"));
	EXPECT(!selftest_matches("runq", "runq_add"));
	EXPECT(!selftest_matches("runq_add?", "runq_add"));
	EXPECT(!selftest_matches("", "runq_add"));
	EXPECT(!selftest_matches(",", "runq_add"));
}

SELFTEST(selftest_that_is_planted_runs_only_when_asked_for)
{
	EXPECT(!selftest_matches("*", "planted_bug"));
	EXPECT(!selftest_matches("*planted*", "planted_bug"));
	EXPECT(!selftest_matches("runq_*,*", "planted_bug"));
	EXPECT(selftest_matches("planted_*", "planted_bug"));
	EXPECT(selftest_matches("runq_*|planted_bug", "planted_bug"));
}

static void panic_plainly(void *arg)
{
	panic("on request: %s", static_cast<char const *>(arg));
}

static void do_nothing(void *) {}

SELFTEST(selftest_panics_tells_what_the_panic_said)
{
	static constinit char word[] = "abracadabra";

	EXPECT(selftest_panics(panic_plainly, word, "on request: abracadabra"));
	EXPECT(!selftest_panics(panic_plainly, word, "another message"));
	EXPECT(!selftest_panics(do_nothing, nullptr, "on request"));
}

NO_THREAD_SAFETY_ANALYSIS
static void panic_with_locks(void *)
{
	test_mutex.lock();
	test_spin.lock();
	panic("on request, locks held");
}

SELFTEST(selftest_panics_gives_up_the_locks_of_the_thread)
{
	EXPECT(selftest_panics(panic_with_locks, nullptr, "locks held"));
	EXPECT(test_mutex.owner() == nullptr);
	EXPECT(test_spin.owner() == nullptr);
	EXPECT(intr_enabled());
}

static void fail_assertion(void *)
{
	constexpr int sheep = 3;
	KASSERT(sheep == 4, "%d sheep", sheep);
}

SELFTEST(kassert_names_object_condition_and_place)
{
	EXPECT(selftest_panics(fail_assertion, nullptr, "3 sheep [sheep == 4 at "));
	EXPECT(selftest_panics(fail_assertion, nullptr, "selftest_test.cpp:"));
}
