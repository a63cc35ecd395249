// SPDX-License-Identifier: BSD-2-Clause
// What an upcall finds, what it leaves in the mailboxes, and when there is one at all. Each case is
// a child with one KSE, whose UTS judges and exits.
// Written for Kestrel.
#include "entry.h"
#include "../lib/child.h"
#include "../lib/hostile.h"
#include "../lib/raw.h"
#include "../tap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/sysctl.h>

#define EAGER	"kern.threads.eager_upcall"
#define QUANTUM "kern.threads.quantum"

static void (*body)(uint32_t *mailbox, unsigned int upcall);
static unsigned int upcalls;
static int fds[2];
static char byte;

_Noreturn static void
leave(void)
{
	RAW(SYS_exit, failed() != 0);
	bail_out("exit returned");
}

void
upcall_body(uint32_t *mailbox)
{
	body(mailbox, ++upcalls);
	leave();
}

static void
enter_with(void (*judge)(uint32_t *, unsigned int))
{
	body = judge;
	enter(upcall_entry);
	if (raw_pipe(fds) != 0)
		bail_out("no pipe");
}

// ---- The state at entry, and the context of a thread that came back ----------------------------

static void
judge_entry(const uint32_t *mailbox)
{
	const struct entry_state *e = &entry_state;
	uint32_t cs, ds;

	__asm__("movl %%cs, %0\n\tmovl %%ds, %1" : "=r"(cs), "=r"(ds));
	is((long)e->esp, (long)(STACK_AT + STACK_BYTES - 16), "esp is 16 below the stack's end");
	is((long)*(uint32_t *)(uintptr_t)(e->esp + 4), (long)W(mailbox),
	    "the argument is the mailbox");
	is((long)W(mailbox), (long)W(km), "which is this KSE's");
	is((long)mailbox[KM_CURTHREAD], 0, "km_curthread is NULL");
	is(e->eflags & 0x400, 0, "the direction flag is clear, though the thread had set it");
	is(e->eflags & 0x100, 0, "no single step");
	is((long)(e->eflags & 0x200), 0x200, "interrupts are on");
	ok(e->cs == cs && e->ds == ds && e->es == ds && e->ss == ds,
	    "code and data segments are a program's");
	is((long)(e->fpu_control & 0xffff), 0x037f, "the FPU's control word is the default");
}

static void
judge_context(void)
{
	is((long)tm[TM_EIP], (long)W(marked_read_done), "eip is behind the system call");
	is((long)tm[TM_EAX], 1, "eax is its answer");
	is(tm[TM_EFLAGS] & 1, 0, "carry is clear");
	is((long)(tm[TM_EFLAGS] & 0x400), 0x400, "the thread's direction flag is kept");
	ok(tm[TM_EBX] == MARK_EBX && tm[TM_ESI] == MARK_ESI && tm[TM_EDI] == MARK_EDI &&
	    tm[TM_EBP] == MARK_EBP, "so are ebx, esi, edi, ebp");
	is((long)tm[TM_LEN], 640, "mc_len is 640");
	ok(tm[TM_OWNEDFP] == 0x20001 || tm[TM_OWNEDFP] == 0x20002,
	    "mc_ownedfp tells of an FPU state");
	const uint16_t *image = (const uint16_t *)(const void *)&tm[TM_FPSTATE];
	is(image[0], 0x0f7f, "whose control word is the thread's");
	is((long)tm[656 / 4], 0x11111111, "uc_link is as the UTS left it");
	is((long)tm[660 / 4], 0x22222222, "so is uc_stack");
	is((long)tm[TM_UDATA], 0x33333333, "so is tm_udata");
	is((long)tm[TM_NEXT], 0, "it is alone on its list");
	is(byte, 'b', "its byte has arrived");
}

static void
judge_round_trip(uint32_t *mailbox, unsigned int upcall)
{
	if (upcall == 1) {
		judge_entry(mailbox);
		is((long)mailbox[KM_COMPLETED], 0, "nobody has come back yet");
		// Sampled at kse_create: these must not matter any more.
		mailbox[KM_FUNC] = 0;
		mailbox[KM_STACK_SP] = 0;
		mailbox[KM_STACK_SIZE] = 0;
		RAW(SYS_write, W(fds[1]), W("b"), 1);
		RAW0(SYS_kse_release);
		bail_out("kse_release returned");
	}
	is((long)upcall, 2, "the second upcall comes in spite of a changed km_func and km_stack");
	judge_entry(mailbox);
	is((long)mailbox[KM_COMPLETED], (long)W(tm), "it brings the thread");
	judge_context();
}

static int
round_trip(void *arg)
{
	(void)arg;
	enter_with(judge_round_trip);
	tm[656 / 4] = 0x11111111;
	tm[660 / 4] = 0x22222222;
	tm[TM_UDATA] = 0x33333333;
	be_thread(W(tm));
	marked_read(fds[0], &byte);
}

// ---- Interrupted, and failed calls -------------------------------------------------------------

static void
judge_interrupt(uint32_t *mailbox, unsigned int upcall)
{
	if (upcall == 1) {
		is(RAW(SYS_kse_thr_interrupt, W(tm)), 0, "kse_thr_interrupt of a blocked thread");
		RAW0(SYS_kse_release);
		bail_out("kse_release returned");
	}
	is((long)mailbox[KM_COMPLETED], (long)W(tm), "it comes back");
	is(tm[TM_EFLAGS] & 1, 1, "with carry");
	is((long)tm[TM_EAX], EINTR, "and EINTR");
	is(RAW(SYS_kse_thr_interrupt, W(tm)), -ESRCH, "now it is in the kernel no more: ESRCH");
}

static int
interrupted(void *arg)
{
	(void)arg;
	enter_with(judge_interrupt);
	be_thread(W(tm));
	marked_read(fds[0], &byte);
}

// ---- Calls that do not block -------------------------------------------------------------------

static void
judge_eager(uint32_t *mailbox, unsigned int upcall)
{
	is((long)upcall, 1, "one upcall");
	is((long)mailbox[KM_COMPLETED], (long)W(tm), "that brings the thread at once");
	is((long)tm[TM_EAX], getpid(), "with its answer");
}

static int
does_not_block(void *arg)
{
	bool eager = *(bool *)arg;

	enter_with(judge_eager);
	be_thread(W(tm));
	int32_t pid = RAW0(SYS_getpid);
	be_thread(0);
	ok(!eager, "the call returned to its caller");
	is(pid, getpid(), "with its answer");
	is((long)upcalls, 0, "there was no upcall");
	return failed() != 0;
}

static int
is_synchronous(void *arg)
{
	(void)arg;
	enter_with(judge_eager);
	for (int i = 0; i < 5; i++)
		sleep_two_ticks();
	is((long)upcalls, 0, "calls of the UTS end without an upcall");
	is(RAW(SYS_write, W(fds[1]), W("a"), 1), 1, "and with their answer");
	is(RAW(SYS_read, W(fds[0]), W(&byte), 1), 1, "whatever they do");
	return failed() != 0;
}

int
main(void)
{
	int before = 0, value, quantum = 0, none = 0;
	size_t size = sizeof before, quantum_size = sizeof quantum;
	bool eager;

	if (sysctlbyname(EAGER, &before, &size, NULL, 0) != 0)
		bail_out("no " EAGER);
	// Every upcall is counted here, and preemption would make more of them.
	if (sysctlbyname(QUANTUM, &quantum, &quantum_size, &none, sizeof none) != 0)
		bail_out("cannot set " QUANTUM);
	for (value = 0; value <= 1; value++) {
		if (sysctlbyname(EAGER, NULL, NULL, &value, sizeof value) != 0)
			bail_out("cannot set " EAGER);
		diag(EAGER " is %d", value);
		eager = value != 0;
		child_is(child_run(round_trip, NULL), 0, "a thread's way through the kernel");
		child_is(child_run(interrupted, NULL), 0, "a thread that is interrupted");
		child_is(child_run(does_not_block, &eager), 0, eager ?
		    "with eager upcalls every call of a thread ends in an upcall" :
		    "a call that does not block returns directly");
		child_is(child_run(is_synchronous, NULL), 0, "the UTS's own calls");
	}
	sysctlbyname(EAGER, NULL, NULL, &before, sizeof before);
	sysctlbyname(QUANTUM, NULL, NULL, &quantum, sizeof quantum);
	return done_testing();
}
