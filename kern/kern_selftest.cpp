// SPDX-License-Identifier: BSD-2-Clause
// Runs the in-kernel tests and reports in TAP version 13; catches the panics that tests ask for.
// After LK's unittest; the report's rules are those of prove(1).
#include <kern/selftest.hpp>

#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/mutex.hpp>
#include <kern/selftest_watch.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysinit.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>

#include <string.h>

SET_DECLARE(selftest, selftest);

namespace {

// The test that runs; null between tests. Its threads and interrupts on other CPUs read it.
constinit atomic<selftest const *> current{nullptr};
// Expectations of the current test that did not hold.
constinit atomic<uint32_t> failures{0};

// What a test's thread that is to panic left behind.
struct panic_trial final {
	void (*func)(void *);
	void  *arg;
	thread *td;
	bool    panicked;
	char    message[192];
};
// The trial under way, or null. Set by the runner, cleared by the thread itself as it panics or
// returns.
constinit atomic<panic_trial *> trial{nullptr};

linker_set_range<selftest> all_tests()
{
	return {__start_set_selftest, __stop_set_selftest};
}

bool glob_matches(char const *glob, char const *glob_end, char const *name)
{
	for (; glob != glob_end; glob++, name++) {
		if (*glob == '*') {
			for (; *name != '\0'; name++)
				if (glob_matches(glob + 1, glob_end, name))
					return true;
			return glob_matches(glob + 1, glob_end, name);
		}
		if (*name == '\0' || (*glob != '?' && *glob != *name))
			return false;
	}
	return *name == '\0';
}

void test_thread(void *arg)
{
	static_cast<selftest const *>(arg)->body();
}

// run_one: one test in its thread, and what must be as before after it. Whether it passed.
bool run_one(selftest const &test)
{
	printf("# begin %s\n", test.name);
	selftest_audit_start();
	failures.store(0, order::relaxed);
	current.store(&test, order::release);
	selftest_watch_start();
	kthread_join(kthread_run("selftest", test_thread, const_cast<selftest *>(&test)));
	thread_check_all();
	(void)selftest_audit_end();
	selftest_watch_stop();
	current.store(nullptr, order::release);
	return failures.load(order::relaxed) == 0;
}

// no_such_test: a pattern that selects nothing is a mistake, and must not look like a success.
int no_such_test(char const *globs)
{
	printf("TAP version 13\n1..1\n# no test matches %s\nnot ok 1 - pattern_names_a_test\n",
	    globs);
	return 1;
}

void trial_thread(void *arg)
{
	auto *const t = static_cast<panic_trial *>(arg);

	t->td = curthread;
	trial.store(t, order::release);
	t->func(t->arg);
	trial.store(nullptr, order::release);
}

// selftest=GLOB on the command line: run, tell, power off.
void selftest_boot(void *)
{
	char const *const globs = cmdline_get("selftest");

	if (globs == nullptr || *globs == '\0')
		return;
	int const failed = selftest_run(globs);
	cpu_poweroff(failed == 0 ? poweroff_status::normal : poweroff_status::selftest_failed);
}

SYSINIT(selftest, SI_SUB_SELFTEST, SI_ORDER_ANY, selftest_boot, nullptr);

}

bool selftest_matches(char const *globs, char const *name)
{
	constexpr char planted[] = "planted_";
	constexpr size_t planted_length = sizeof(planted) - 1;
	bool const on_request = strncmp(name, planted, planted_length) == 0;

	while (*globs != '\0') {
		char const *end = globs;
		while (*end != '\0' && *end != ',' && *end != '|')
			end++;
		bool const may = !on_request || strncmp(globs, planted, planted_length) == 0;
		if (may && glob_matches(globs, end, name))
			return true;
		globs = *end != '\0' ? end + 1 : end;
	}
	return false;
}

int selftest_run(char const *globs)
{
	int planned = 0;
	int number = 0;
	int failed = 0;

	for (selftest const *test : all_tests())
		planned += selftest_matches(globs, test->name);
	if (planned == 0)
		return no_such_test(globs);
	printf("TAP version 13\n1..%d\n", planned);
	// The kernel's own processes begin first, and give back what they were started with.
	(void)tsleep(&current, PRI_MAX_TIMESHARE, "selftst", hz / 10);
	for (selftest const *test : all_tests()) {
		if (!selftest_matches(globs, test->name))
			continue;
		bool const passed = run_one(*test);
		printf("%sok %d - %s\n", passed ? "" : "not ", ++number, test->name);
		failed += !passed;
	}
	printf("# %d in-kernel tests, %d failed\n", planned, failed);
	return failed;
}

void selftest_fail(char const *file, int line, char const *what)
{
	failures.add(1, order::relaxed);
	printf("# %s:%d: %s\n", file, line, what);
}

void selftest_expect_eq(char const *file, int line, char const *what, long expected, long actual)
{
	if (expected == actual)
		return;
	failures.add(1, order::relaxed);
	printf("# %s:%d: %s is %ld, not %ld\n", file, line, what, actual, expected);
}

char const *selftest_running()
{
	selftest const *const test = current.load(order::acquire);
	return test != nullptr ? test->name : nullptr;
}

bool selftest_panics(void (*func)(void *), void *arg, char const *text)
{
	panic_trial t{func, arg, nullptr, false, {}};

	kthread_join(kthread_run("panics", trial_thread, &t));
	if (!t.panicked)
		printf("# no panic, expected: %s\n", text);
	else if (strstr(t.message, text) == nullptr)
		printf("# panic: %s; expected: %s\n", t.message, text);
	else
		return true;
	return false;
}

void selftest_intercept_panic(char const *message)
{
	panic_trial *const t = trial.load(order::acquire);

	if (t == nullptr || t->td != curthread || get_pcpu()->pc_intr_nesting != 0)
		return;
	t->panicked = true;
	(void)strlcpy(t->message, message, sizeof(t->message));
	// From here on a panic is a real one.
	trial.store(nullptr, order::release);
	witness_abandon();
	// Whatever it began, its process has this one thread and shall be able to end.
	proc *p = curthread->td_proc;
	p->p_flag &= ~(P_KSES | P_STOPPED | P_SINGLE_EXIT);
	p->p_singlethread = nullptr;
	exit1(curthread, 0);
}
