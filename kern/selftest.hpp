// SPDX-License-Identifier: BSD-2-Clause
// In-kernel tests: each a sentence that can be false, registered at link time, reported as TAP.
// After LK's and Zircon's unittest.
#pragma once

#include <support/linker_set.hpp>

struct selftest final {
	char const *name;
	char const *file;
	void      (*body)();
};

// SELFTEST(sentence) { ... }: a test. Runs in a kernel thread of its own, may sleep; sees the whole
// system at rest. The runner checks the invariants and the zones' counts after each.
// Names that begin with planted_ fail on purpose and run only when a pattern begins so.
#define SELFTEST(sentence) \
	static void selftest_##sentence(); \
	static constinit selftest const selftest_entry_##sentence{#sentence, __FILE__, \
	    selftest_##sentence}; \
	SET_ENTRY(selftest, selftest_entry_##sentence); \
	static void selftest_##sentence()

// EXPECT(condition): note a failure, go on. EXPECT_EQ prints both values (integers).
#define EXPECT(condition) \
	do { \
		if (!(condition)) \
			selftest_fail(__FILE__, __LINE__, #condition); \
	} while (false)
#define EXPECT_EQ(expected, actual) \
	selftest_expect_eq(__FILE__, __LINE__, #actual, static_cast<long>(expected), \
	    static_cast<long>(actual))

void selftest_fail(char const *file, int line, char const *what);
void selftest_expect_eq(char const *file, int line, char const *what, long expected, long actual);

// selftest_panics: run func(arg) in a kernel thread and tell whether it panicked with a message
// that contains `text`. All locks the thread holds are given up and it ends where it stands, so
// only for code that panics before it changes anything shared. One at a time; INVARIANTS kernels
// only.
bool selftest_panics(void (*func)(void *), void *arg, char const *text);

// kthread_run: start func(arg) in a kernel thread named `name`; it ends by returning. kthread_join:
// wait until it has. For tests and the kernel's own processes (kern_kthread.cpp).
struct kthread_handle;
kthread_handle *kthread_run(char const *name, void (*func)(void *), void *arg);
void kthread_join(kthread_handle *handle);

// selftest_run: all whose name matches the glob; prints TAP; returns the number that failed.
int selftest_run(char const *glob);

// selftest_matches: whether a name matches one of the globs (* and ?) of a list separated by commas
// or bars. Names that begin with planted_ match only a glob that begins so.
bool selftest_matches(char const *globs, char const *name);

// selftest_running: name of the test that runs now, or null. Any context.
char const *selftest_running();

// selftest_intercept_panic: from panic, interrupts off: if curthread is the one that
// selftest_panics() waits for, keep the message, give up all locks and end the thread. Returns
// otherwise.
void selftest_intercept_panic(char const *message);
