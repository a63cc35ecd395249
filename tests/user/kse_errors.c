// SPDX-License-Identifier: BSD-2-Clause
// Every error return of kse_create, kse_exit, kse_release, kse_wakeup and kse_thr_interrupt.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sysctl.h>
#include <sys/wait.h>

#define KERNEL	0xc0100000u

static int fds[2];

static void
outside(void)
{
	static uint32_t km[KM_WORDS], tm[TM_WORDS];

	is(RAW0(SYS_kse_exit), -EINVAL, "kse_exit outside KSE mode");
	is(RAW0(SYS_kse_release), -EINVAL, "kse_release outside KSE mode");
	is(RAW(SYS_kse_wakeup, 0), -EINVAL, "kse_wakeup(NULL) outside KSE mode");
	is(RAW(SYS_kse_wakeup, W(km)), -EINVAL, "kse_wakeup of a mailbox outside KSE mode");
	is(RAW(SYS_kse_wakeup, KERNEL), -EINVAL, "kse_wakeup of a kernel address outside KSE mode");
	is(RAW(SYS_kse_thr_interrupt, W(tm)), -EINVAL, "kse_thr_interrupt outside KSE mode");
}

static void
bad_mailboxes(const char *when)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);

	if (page == MAP_FAILED || munmap(page + 4096, 4096) != 0)
		bail_out("no memory");
	for (uint32_t newgroup = 0; newgroup <= 1; newgroup++) {
		const char *where = newgroup != 0 ? ", new group" : "";
		is(RAW(SYS_kse_create, 0, newgroup), -EFAULT, "%s: kse_create(NULL%s)", when,
		    where);
		is(RAW(SYS_kse_create, KERNEL, newgroup), -EFAULT,
		    "%s: kse_create(kernel address%s)", when, where);
		is(RAW(SYS_kse_create, 0xffffffe0u, newgroup), -EFAULT,
		    "%s: kse_create(at the end of the address space%s)", when, where);
		is(RAW(SYS_kse_create, W(page + 4096), newgroup), -EFAULT,
		    "%s: kse_create(unmapped%s)", when, where);
		is(RAW(SYS_kse_create, W(page + 4096 - 44), newgroup), -EFAULT,
		    "%s: kse_create(last word unmapped%s)", when, where);
	}
	munmap(page, 4096);
}

static long failures;

// In KSE mode verdicts would be spread over upcalls; they are noted, and told afterwards.
static void
expect(int32_t got, int32_t expected, const char *what)
{
	if (got != expected) {
		failures++;
		diag("%s: got %d, expected %d", what, (int)got, (int)expected);
	}
}

static void
hold(struct ru_thread *self)
{
	char byte;

	self->result = RAW(SYS_read, W(fds[0]), W(&byte), 1);
}

// A limit set so that one more is one too many; put back afterwards.
static void
expect_limit(const char *name, int value, uint32_t newgroup)
{
	static uint32_t km[KM_WORDS];
	int old;
	size_t size = sizeof old;

	km[KM_FUNC] = W(ru_upcall);
	if (sysctlbyname(name, &old, &size, &value, sizeof value) != 0) {
		failures++;
		diag("no %s", name);
		return;
	}
	expect(RAW(SYS_kse_create, W(km), newgroup), -EPROCLIM, name);
	sysctlbyname(name, NULL, NULL, &old, sizeof old);
	expect(RAW(SYS_kse_wakeup, W(km)), -ESRCH, "a refused kse_create leaves no KSE");
}

static void
ask(struct ru_thread *self)
{
	static uint32_t nobody[KM_WORDS];
	struct ru_thread *holder = &ru_threads()[2];

	expect(RAW0(SYS_kse_release), -EINVAL, "kse_release by a user thread");
	expect(RAW0(SYS_kse_exit), -EINVAL, "kse_exit by a user thread");
	while (holder->state != RU_INKERNEL)
		ru_yield(self);
	ru_sync(self, true);
	expect(RAW0(SYS_kse_exit), -EDEADLK, "kse_exit of the last KSE of a group with a thread");
	expect(RAW(SYS_kse_wakeup, 0), -ESRCH, "kse_wakeup(NULL) without an idle KSE");
	expect(RAW(SYS_kse_wakeup, W(nobody)), -ESRCH, "kse_wakeup of an unknown mailbox");
	expect(RAW(SYS_kse_wakeup, KERNEL), -ESRCH, "kse_wakeup of a kernel address");
	expect(RAW(SYS_kse_wakeup, W(ru_kses[0].km)), 0, "kse_wakeup of a KSE that is not idle");
	expect(RAW(SYS_kse_create, 0, 0), -EFAULT, "kse_create(NULL) in KSE mode");
	expect(RAW(SYS_kse_create, KERNEL, 1), -EFAULT, "kse_create(kernel) in KSE mode");
	expect(RAW(SYS_kse_thr_interrupt, W(nobody)), -ESRCH,
	    "kse_thr_interrupt of nobody's mailbox");
	expect_limit("kern.threads.max_kses_per_group", 1, 0);
	expect_limit("kern.threads.max_groups_per_proc", 1, 1);
	expect_limit("kern.threads.max_threads_per_proc", 2, 0);
	ru_sync(self, false);
	self->result = RAW(SYS_write, W(fds[1]), W("x"), 1);
}

static int
inside(void *arg)
{
	(void)arg;
	if (raw_pipe(fds) != 0 || !ru_init(2))
		bail_out("no pipe or memory");
	ru_kse(0);
	ru_thread(0, ask, 0);
	ru_thread(0, hold, 0);
	is(ru_run(), 0, "KSE mode was entered and left");
	is(failures, 0, "all error returns inside KSE mode are right");
	is(ru_threads()[2].result, 1, "the thread that was held in the kernel came back");
	ru_balanced("no thread was lost");
	outside();
	return failed() != 0;
}

// Not one of the five calls may reach a process through a mailbox that it does not have any more.
static int
after_leaving(void *arg)
{
	(void)arg;
	if (!ru_init(1))
		return 1;
	ru_kse(0);
	if (ru_start() != 0)
		return 2;
	ru_stop();
	return RAW(SYS_kse_wakeup, W(ru_kses[0].km)) == -EINVAL &&
	    RAW0(SYS_kse_release) == -EINVAL && RAW0(SYS_kse_exit) == -EINVAL ? 0 : 3;
}

int
main(void)
{
	static struct zones before;

	zones_warm();
	zones_read(&before);
	outside();
	bad_mailboxes("outside KSE mode");
	outside();
	child_is(child_run(inside, NULL), 0, "inside KSE mode: every fact held");
	child_is(child_run(after_leaving, NULL), 0, "after KSE mode everything is EINVAL again");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
