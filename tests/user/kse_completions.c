// SPDX-License-Identifier: BSD-2-Clause
// The list of completed threads: newest first, each thread once, and never overwritten while the
// UTS has not taken it. One KSE, whose UTS decides who comes back when.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/hostile.h"
#include "lib/raw.h"
#include "tap.h"

#include <string.h>

#define THREADS	5

static uint32_t mailboxes[THREADS][TM_WORDS] __attribute__((__aligned__(16)));
static char stacks[THREADS][4096] __attribute__((__aligned__(16)));
static int pipes[THREADS][2];
static char bytes[THREADS];
static unsigned int started, upcalls;
static void (*judge)(uint32_t *mailbox, unsigned int upcall);

// A user thread: one read from its pipe; what it does afterwards is never run.
static void
thread_body(unsigned int i)
{
	RAW(SYS_read, W(pipes[i][0]), W(&bytes[i]), 1);
	bail_out("thread %u was resumed", i);
}

static _Noreturn void
start_thread(unsigned int i)
{
	uint32_t *t = mailboxes[i];
	uint32_t *sp = (uint32_t *)(void *)(stacks[i] + sizeof stacks[i] - 16);

	sp[0] = i;
	*--sp = 0;
	ru_segments(t);
	t[TM_EIP] = W(thread_body);
	t[TM_ESP] = W(sp);
	t[TM_EFLAGS] = 0x202;
	t[TM_LEN] = 640;
	t[TM_FPFORMAT] = 0x10000;
	t[TM_OWNEDFP] = 0x20000;
	ru_switch(t, &km[KM_CURTHREAD]);
}

static _Noreturn void
release(void)
{
	RAW0(SYS_kse_release);
	bail_out("kse_release returned");
}

// The first upcalls each tell that a thread blocks; then the case begins.
static void
scheduler(uint32_t *mailbox)
{
	if (started < THREADS)
		start_thread(started++);
	judge(mailbox, upcalls++);
	RAW(SYS_exit, failed() != 0);
}

// The thread comes back while the UTS sleeps in the kernel: on our borrowed KSE.
static void
let_return(unsigned int i)
{
	RAW(SYS_write, W(pipes[i][1]), W("x"), 1);
	sleep_two_ticks();
}

static int
run(void (*with)(uint32_t *, unsigned int))
{
	judge = with;
	enter(scheduler);
	for (unsigned int i = 0; i < THREADS; i++) {
		if (raw_pipe(pipes[i]) != 0)
			return 90;
	}
	start_thread(started++);
}

// Whether the list consists of exactly these threads, in this order; -1 ends them.
static bool
list_is(uint32_t word, const int *expected)
{
	for (; *expected >= 0; expected++) {
		if (word != W(mailboxes[*expected])) {
			diag("expected thread %d at %#x", *expected, (unsigned int)word);
			return false;
		}
		word = mailboxes[*expected][TM_NEXT];
	}
	return word == 0;
}

static void
judge_order(uint32_t *mailbox, unsigned int upcall)
{
	static const int newest_first[] = { 4, 2, 0, -1 };

	if (upcall == 0) {
		is((long)mailbox[KM_COMPLETED], 0, "five threads are blocked, none is back");
		let_return(0);
		let_return(2);
		let_return(4);
		is((long)mailbox[KM_COMPLETED], 0, "three come back, which only an upcall tells");
		release();
	}
	ok(list_is(mailbox[KM_COMPLETED], newest_first), "it tells all three, the newest first");
	ok(bytes[0] == 'x' && bytes[2] == 'x' && bytes[4] == 'x', "their calls are done");
	ok(mailboxes[0][TM_EAX] == 1 && mailboxes[2][TM_EAX] == 1 && mailboxes[4][TM_EAX] == 1,
	    "with their answers");
}

static void
judge_unconsumed(uint32_t *mailbox, unsigned int upcall)
{
	static const int first[] = { 0, -1 }, later[] = { 2, 1, -1 };

	switch (upcall) {
	case 0:
		let_return(0);
		release();
		break;
	case 1:
		ok(list_is(mailbox[KM_COMPLETED], first), "one thread is back; the UTS leaves it");
		let_return(1);
		let_return(2);
		release();
		break;
	case 2:
		ok(list_is(mailbox[KM_COMPLETED], first),
		    "two more are back, and the first is not overwritten");
		mailbox[KM_COMPLETED] = 0;
		release();
		break;
	default:
		ok(list_is(mailbox[KM_COMPLETED], later),
		    "once it is taken, the next upcall brings the others");
		break;
	}
}

static void
judge_once(uint32_t *mailbox, unsigned int upcall)
{
	if (upcall > 0) {
		const int alone[] = { (int)upcall - 1, -1 };
		ok(list_is(mailbox[KM_COMPLETED], alone), "thread %d comes back alone", alone[0]);
		mailbox[KM_COMPLETED] = 0;
	}
	if (upcall < THREADS) {
		let_return(upcall);
		release();
	}
}

// A call of the UTS makes a thread ready that has no KSE: before the call returns it has borrowed
// ours, done its copy, and ended.
static void
judge_lending(uint32_t *mailbox, unsigned int upcall)
{
	static const int both[] = { 3, 1, -1 };

	if (upcall == 0) {
		RAW(SYS_write, W(pipes[1][1]), W("x"), 1);
		is(bytes[1], 'x', "when the UTS's write returns, the reader has its byte");
		RAW(SYS_write, W(pipes[3][1]), W("y"), 1);
		is(bytes[3], 'y', "so has the next");
		is((long)mailbox[KM_COMPLETED], 0, "the UTS is not told yet");
		release();
	}
	ok(list_is(mailbox[KM_COMPLETED], both), "the next upcall tells");
}

static int
lending(void *arg)
{
	(void)arg;
	return run(judge_lending);
}

static int
order(void *arg)
{
	(void)arg;
	return run(judge_order);
}

static int
unconsumed(void *arg)
{
	(void)arg;
	return run(judge_unconsumed);
}

static int
once(void *arg)
{
	(void)arg;
	return run(judge_once);
}

int
main(void)
{
	child_is(child_run(order, NULL), 0, "the list is newest first");
	child_is(child_run(unconsumed, NULL), 0, "what the UTS has not taken is not overwritten");
	child_is(child_run(lending, NULL), 0, "a thread borrows the KSE of a UTS in the kernel");
	child_is(child_run(once, NULL), 0, "each thread comes back once");
	return done_testing();
}
