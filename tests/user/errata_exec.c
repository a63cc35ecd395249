// SPDX-License-Identifier: BSD-2-Clause
// A program that exec starts knows nothing of the KSE mode of the one before it (D-08, D-10).
// Written for Kestrel; docs/errata.md tells the stories.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char *self_path;
static uint32_t km[KM_WORDS];
static uint32_t tm[TM_WORDS] __attribute__((__aligned__(16)));
static char stack[8192] __attribute__((__aligned__(16)));
static const struct timespec two_ticks = { 0, 20000000 };

static void
set_up(void (*func)(uint32_t *))
{
	memset(km, 0, sizeof km);
	memset(tm, 0, sizeof tm);
	km[KM_FUNC] = W(func);
	km[KM_STACK_SP] = W(stack);
	km[KM_STACK_SIZE] = sizeof stack;
}

static _Noreturn void
sleep_as_thread(void)
{
	__atomic_store_n(&km[KM_CURTHREAD], W(tm), __ATOMIC_SEQ_CST);
	RAW(SYS_nanosleep, W(&two_ticks), 0);
	_exit(90);
}

// ---- The first program: a thread completes while its UTS runs on, and the UTS calls exec. -------

static void
exec_with_completed(uint32_t *mailbox)
{
	char *argv[] = { self_path, "--second-life", NULL }, *none[] = { NULL };

	// The thread of this mailbox wakes and is done, but no upcall can tell: the KSE is here.
	for (int i = 0; i < 50; i++)
		RAW0(SYS_sched_yield);
	for (int i = 0; i < 4; i++)
		RAW(SYS_nanosleep, W(&two_ticks), 0);
	if (mailbox[KM_COMPLETED] != 0)
		_exit(91);
	RAW(SYS_execve, W(self_path), W(argv), W(none));
	_exit(92);
}

static int
first_life(void *arg)
{
	(void)arg;
	set_up(exec_with_completed);
	if (RAW(SYS_kse_create, W(km), 0) != 0)
		return 93;
	sleep_as_thread();
}

// ---- A user thread calls exec: its thread must be a plain one, also when it sleeps. ----

static void
idle(uint32_t *mailbox)
{
	(void)mailbox;
	RAW0(SYS_kse_release);
	_exit(94);
}

static int
exec_as_thread(void *arg)
{
	char *argv[] = { self_path, "--plain-life", NULL }, *none[] = { NULL };

	(void)arg;
	set_up(idle);
	if (RAW(SYS_kse_create, W(km), 0) != 0)
		return 93;
	__atomic_store_n(&km[KM_CURTHREAD], W(tm), __ATOMIC_SEQ_CST);
	RAW(SYS_execve, W(self_path), W(argv), W(none));
	return 92;
}

static int
plain_life(void)
{
	int32_t error = RAW(SYS_nanosleep, W(&two_ticks), 0);

	RAW0(SYS_sched_yield);
	return error == 0 && RAW0(SYS_kse_release) == -EINVAL ? 60 : 61;
}

// ---- The second program: its first kse_create is a first one, its first upcall tells of nobody. -

static unsigned int upcalls;

static void
first_upcall(uint32_t *mailbox)
{
	upcalls++;
	if (mailbox != km || mailbox[KM_CURTHREAD] != 0)
		_exit(81);
	// The thread that made way for this upcall is still asleep: nobody has completed.
	_exit(mailbox[KM_COMPLETED] == 0 ? 70 : 82);
}

static int
second_life(void)
{
	set_up(first_upcall);
	if (RAW(SYS_kse_create, W(km), 0) != 0)
		return 83;
	for (int i = 0; i < 4; i++)
		RAW(SYS_nanosleep, W(&two_ticks), 0);
	// A KSE that still had a mailbox would have made a second one, which upcalls.
	if (upcalls != 0)
		return 84;
	sleep_as_thread();
}

int
main(int argc, char **argv)
{
	static struct zones before;

	self_path = argc > 0 ? argv[0] : "/tests/errata_exec";
	if (argc > 1 && strcmp(argv[1], "--second-life") == 0)
		return second_life();
	if (argc > 1 && strcmp(argv[1], "--plain-life") == 0)
		return plain_life();
	zones_warm();
	zones_read(&before);
	child_is(child_run(first_life, NULL), 70, "exec forgets mailbox, entry and completed list");
	child_is(child_run(exec_as_thread, NULL), 60, "exec by a user thread makes a plain thread");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
