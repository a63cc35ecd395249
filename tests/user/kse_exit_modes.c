// SPDX-License-Identifier: BSD-2-Clause
// Leaving KSE mode in every way, and entering it again: nothing of the old mode is left.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

static uint32_t mailboxes[6][KM_WORDS];
static char stacks[6][8192] __attribute__((__aligned__(16)));
static unsigned int upcalls[6];
static unsigned int leave;	// KSEs that upcall now call kse_exit

static void
idle(uint32_t *km)
{
	unsigned int i = km[KM_UDATA];

	__atomic_fetch_add(&upcalls[i], 1, __ATOMIC_ACQ_REL);
	if (__atomic_load_n(&leave, __ATOMIC_ACQUIRE) != 0) {
		int32_t error = RAW0(SYS_kse_exit);
		bail_out("kse_exit of KSE %u returned %d", i, (int)error);
	}
	RAW0(SYS_kse_release);
	bail_out("kse_release returned");
}

static void
set_up(void)
{
	memset(mailboxes, 0, sizeof mailboxes);
	memset(upcalls, 0, sizeof upcalls);
	leave = 0;
	for (unsigned int i = 0; i < 6; i++) {
		mailboxes[i][KM_FUNC] = W(idle);
		mailboxes[i][KM_STACK_SP] = W(stacks[i]);
		mailboxes[i][KM_STACK_SIZE] = sizeof stacks[i];
		mailboxes[i][KM_UDATA] = i;
	}
}

static bool
has_upcalled(int i)
{
	for (int tries = 0; tries < 1000; tries++) {
		if (__atomic_load_n(&upcalls[i], __ATOMIC_ACQUIRE) != 0)
			return true;
		milliseconds(1);
	}
	return false;
}

// What the kernel itself says of this process; pid 0 if it says nothing.
static struct kinfo_proc
own_record(void)
{
	static struct kinfo_proc all[64];
	size_t size = sizeof all;

	if (sysctlbyname("kern.proc.all", all, &size, NULL, 0) != 0)
		return (struct kinfo_proc){ 0 };
	for (size_t i = 0; i < size / sizeof all[0]; i++) {
		if (all[i].ki_pid == getpid())
			return all[i];
	}
	return (struct kinfo_proc){ 0 };
}

static bool
is_ordinary(void)
{
	struct kinfo_proc p = own_record();

	return p.ki_pid == getpid() && p.ki_numthreads == 1 && p.ki_numkses == 1 &&
	    p.ki_numksegrps == 1 && (p.ki_flag & KI_P_KSES) == 0;
}

// Until all other KSEs are idle: then ours is the only thread.
static bool
is_alone(void)
{
	for (int tries = 0; tries < 1000; tries++) {
		if (own_record().ki_numthreads == 1)
			return true;
		milliseconds(1);
	}
	return false;
}

static bool
outside(void)
{
	return RAW0(SYS_kse_exit) == -EINVAL && RAW0(SYS_kse_release) == -EINVAL &&
	    RAW(SYS_kse_wakeup, 0) == -EINVAL;
}

static int
alone(void *arg)
{
	(void)arg;
	for (int round = 0; round < 50; round++) {
		set_up();
		if (RAW(SYS_kse_create, W(mailboxes[round % 6]), 0) != 0 ||
		    RAW0(SYS_kse_exit) != 0 || !outside())
			return 1;
	}
	return is_ordinary() ? 0 : 2;
}

// The caller is the only thread; further KSEs idle in its own group and in others. Its kse_exit
// takes them all along, and the next kse_create is a first one again.
static int
with_idle_kses(void *arg)
{
	int groups = *(int *)arg;

	for (int round = 0; round < 10; round++) {
		set_up();
		is(RAW(SYS_kse_create, W(mailboxes[0]), 0), 0, "round %d: first kse_create", round);
		for (int i = 1; i < 5; i++) {
			uint32_t newgroup = i > 4 - groups;
			is(RAW(SYS_kse_create, W(mailboxes[i]), newgroup), 0, "another");
			ok(has_upcalled(i), "it upcalls");
		}
		ok(is_alone(), "the other KSEs go idle");
		is(RAW0(SYS_kse_exit), 0, "kse_exit with four idle KSEs");
		ok(outside(), "KSE mode is over");
		ok(is_ordinary(), "one thread, one KSE, one group are left");
		if (failed() != 0)
			return 1;
	}
	// A KSE that still had its mailbox would make the next one begin with an upcall.
	is(RAW(SYS_kse_create, W(mailboxes[5]), 0), 0, "kse_create of a new life");
	milliseconds(20);
	is((long)upcalls[5], 0, "is a first one: no upcall");
	is(RAW(SYS_kse_wakeup, W(mailboxes[1])), -ESRCH, "the old mailboxes are forgotten");
	is(RAW0(SYS_kse_exit), 0, "and it ends");
	return failed() != 0;
}

// KSEs end one after the other by their own kse_exit; the caller's is the last.
static int
one_by_one(void *arg)
{
	(void)arg;
	set_up();
	RAW(SYS_kse_create, W(mailboxes[0]), 0);
	for (int i = 1; i < 6; i++) {
		RAW(SYS_kse_create, W(mailboxes[i]), i > 3);
		ok(has_upcalled(i), "KSE %d upcalls", i);
	}
	ok(is_alone(), "they go idle");
	__atomic_store_n(&leave, 1, __ATOMIC_RELEASE);
	for (int i = 1; i < 6; i++) {
		int32_t error = 0;

		is(RAW(SYS_kse_wakeup, W(mailboxes[i])), 0, "wake KSE %d to its end", i);
		for (int tries = 0; tries < 1000 && error == 0; tries++) {
			milliseconds(1);
			error = RAW(SYS_kse_wakeup, W(mailboxes[i]));
		}
		is(error, -ESRCH, "it is gone");
	}
	ok(is_alone(), "their threads are gone");
	is(RAW0(SYS_kse_exit), 0, "the last one leaves KSE mode");
	ok(outside() && is_ordinary(), "all is ordinary");
	return failed() != 0;
}

static const struct timespec shortest = { 0, 1000000 };	// to the next tick

static void
nap(struct ru_thread *self)
{
	for (int i = 0; i < 5; i++)
		self->result += RAW(SYS_nanosleep, W(&shortest), 0) == 0;
}

static int
answer(void *arg)
{
	return *(int *)arg;
}

static int
life_after(void *arg)
{
	int value = 5;

	(void)arg;
	for (int round = 0; round < 5; round++) {
		if (!ru_init(20))
			return 1;
		for (int i = 0; i < 3; i++)
			ru_kse(i / 2);
		for (int i = 0; i < 20; i++)
			ru_thread(i % 2, nap, 0);
		is(ru_run(), 0, "round %d with 20 threads", round);
		ru_balanced("balances");
		child_is(child_run(answer, &value), 5, "fork and wait work afterwards");
		ok(outside() && is_ordinary(), "all is ordinary");
		if (failed() != 0)
			return 2;
	}
	return 0;
}

int
main(void)
{
	static struct zones before;
	int own = 0, some = 2;

	zones_warm();
	zones_read(&before);
	child_is(child_run(alone, NULL), 0, "in and out fifty times, alone");
	child_is(child_run(with_idle_kses, &own), 0, "with idle KSEs in the own group");
	child_is(child_run(with_idle_kses, &some), 0, "with idle KSEs in other groups");
	child_is(child_run(one_by_one, NULL), 0, "KSE by KSE");
	child_is(child_run(life_after, NULL), 0, "an ordinary life between lives with threads");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
