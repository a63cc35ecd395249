// SPDX-License-Identifier: BSD-2-Clause
// Mailboxes, stacks and entry points that are not there, or go away at the worst moment. Each in a
// child that must fail alone: an error return, or SIGSEGV, and the kernel has everything back.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/hostile.h"
#include "lib/places.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

static unsigned int upcalls;

// The UTS of most cases: the first upcall tells that the thread sleeps; a second one, with the
// thread's mailbox, should never come.
static void
reached(uint32_t *mailbox)
{
	(void)mailbox;
	if (upcalls++ == 0) {
		send_byte();
		RAW0(SYS_kse_release);
	}
	RAW(SYS_exit, 41);
}

// ---- The thread mailbox ------------------------------------------------------------------------

// NULL says that no thread runs; history takes all ones for an error.
static bool
is_none(uint32_t address)
{
	return address == 0 || address == 0xffffffffu;
}

static int
thread_mailbox_at(void *arg)
{
	uint32_t address = *(uint32_t *)arg;

	enter(reached);
	be_thread(address);
	if (is_none(address))
		sleep_two_ticks();
	else
		wait_for_byte();
	be_thread(0);
	return WENT_ON;
}

static int
thread_mailbox_crossing(void *arg)
{
	(void)arg;
	enter(reached);
	be_thread(TM_AT + PAGE - 352);
	wait_for_byte();
	return WENT_ON;
}

// The UTS learns that the thread sleeps, takes its mailbox away, and waits for it.
static void
unmap_thread_mailbox(uint32_t *mailbox)
{
	(void)mailbox;
	if (RAW(SYS_munmap, W(tm), PAGE) != 0)
		RAW(SYS_exit, 96);
	send_byte();
	RAW0(SYS_kse_release);
	RAW(SYS_exit, 95);
}

static int
thread_mailbox_unmapped(void *arg)
{
	(void)arg;
	return sleep_as_thread(unmap_thread_mailbox);
}

static void
protect_thread_mailbox(uint32_t *mailbox)
{
	(void)mailbox;
	if (RAW(SYS_mprotect, W(tm), PAGE, PROT_READ) != 0)
		RAW(SYS_exit, 96);
	send_byte();
	RAW0(SYS_kse_release);
	RAW(SYS_exit, 95);
}

static int
thread_mailbox_read_only(void *arg)
{
	(void)arg;
	return sleep_as_thread(protect_thread_mailbox);
}

// ---- The KSE mailbox ---------------------------------------------------------------------------

static int
kse_mailbox_read_only(void *arg)
{
	(void)arg;
	enter(reached);
	be_thread(W(tm));
	// This call reads km_curthread while it is there; mprotect itself may end in the upcall.
	RAW(SYS_mprotect, W(km), PAGE, PROT_READ);
	wait_for_byte();
	return WENT_ON;
}

static void
unmap_kse_mailbox(uint32_t *mailbox)
{
	(void)mailbox;
	if (RAW(SYS_munmap, W(km), PAGE) != 0)
		RAW(SYS_exit, 96);
	send_byte();
	RAW0(SYS_kse_release);
	RAW(SYS_exit, 95);
}

static int
kse_mailbox_unmapped(void *arg)
{
	(void)arg;
	return sleep_as_thread(unmap_kse_mailbox);
}

// A mailbox that is gone when a call begins: the call is an ordinary one.
static int
kse_mailbox_gone_before(void *arg)
{
	(void)arg;
	enter(reached);
	if (RAW(SYS_munmap, W(km), PAGE) != 0)
		return 96;
	sleep_two_ticks();
	return RAW0(SYS_getpid) == getpid() ? 0 : WENT_ON;
}

// ---- Stack and entry ---------------------------------------------------------------------------

struct bad_word {
	int		index;
	uint32_t	value;
};

static int
word_of_mailbox(void *arg)
{
	const struct bad_word *bad = arg;

	prepare(reached);
	km[bad->index] = bad->value;
	if (RAW(SYS_kse_create, W(km), 0) != 0)
		return 0;		// refused is as good
	be_thread(W(tm));
	wait_for_byte();
	return WENT_ON;
}

static int
word_of_further_mailbox(void *arg)
{
	const struct bad_word *bad = arg;
	uint32_t *further;

	enter(reached);
	further = memory(FURTHER_AT, PAGE);
	memcpy(further, km, 48);
	further[bad->index] = bad->value;
	if (RAW(SYS_kse_create, W(further), 1) != 0)
		return 0;
	for (int i = 0; i < 200; i++)
		sleep_two_ticks();
	return WENT_ON;
}

// Unmaps the stack that it runs on, then releases the KSE: neither needs a stack afterwards. An
// undefined opcode, SIGILL, would tell that kse_release returned.
static void
unmap_stack(uint32_t *mailbox)
{
	(void)mailbox;
	send_byte();
	__asm__ volatile(
	    "pushl %1\n\tpushl %0\n\tpushl $0\n\tmovl $73, %%eax\n\tint $0x80\n\t"
	    "movl $383, %%eax\n\tint $0x80\n\tud2" : : "r"(STACK_AT), "r"(STACK_BYTES) : "eax");
}

static int
stack_goes_away(void *arg)
{
	(void)arg;
	return sleep_as_thread(unmap_stack);
}

// ---- Lists that the program spoils -------------------------------------------------------------

static void
spoil_completed(uint32_t *mailbox)
{
	if (upcalls++ > 0)
		RAW(SYS_exit, 41);
	tm[TM_NEXT] = W(tm);		// a circle
	mailbox[KM_COMPLETED] = W(tm);
	send_byte();
	RAW0(SYS_kse_release);
	RAW(SYS_exit, 95);
}

static int
circular_list(void *arg)
{
	(void)arg;
	return sleep_as_thread(spoil_completed);
}

static void
point_into_kernel(uint32_t *mailbox)
{
	if (upcalls++ > 0)
		RAW(SYS_exit, 41);
	mailbox[KM_COMPLETED] = 0xc0100000u;
	send_byte();
	RAW0(SYS_kse_release);
	RAW(SYS_exit, 95);
}

static int
list_in_kernel(void *arg)
{
	(void)arg;
	return sleep_as_thread(point_into_kernel);
}

// Two user threads with one mailbox, both in the kernel: the list then links to itself.
static void
same_mailbox_again(uint32_t *mailbox)
{
	(void)mailbox;
	if (upcalls++ > 4)
		RAW(SYS_exit, 41);
	be_thread(W(tm));
	sleep_two_ticks();
	be_thread(0);
	send_byte();
	RAW0(SYS_kse_release);
	RAW(SYS_exit, 95);
}

static int
mailbox_used_twice(void *arg)
{
	(void)arg;
	return sleep_as_thread(same_mailbox_again);
}

// ---- Verdicts ----------------------------------------------------------------------------------

static void
thread_mailboxes(void)
{
	const struct place *p = places();
	char what[100];

	for (int i = 0; i < PLACES; i++) {
		uint32_t address = p[i].address;
		bool none = is_none(address);
		snprintf(what, sizeof what, "km_curthread is %s", p[i].name);
		ends(thread_mailbox_at, &address, none ? WENT_ON : -1, !none, what);
	}
	ends(thread_mailbox_crossing, NULL, -1, true, "a thread mailbox half in nothing");
	ends(thread_mailbox_unmapped, NULL, -1, true,
	    "a thread mailbox unmapped while its thread sleeps");
	ends(thread_mailbox_read_only, NULL, -1, true,
	    "a thread mailbox made read-only while its thread sleeps");
}

static void
mailbox_words(void)
{
	static const struct { int index; uint32_t value; const char *name; } bad[] = {
		{ KM_FUNC, 0, "km_func is NULL" },
		{ KM_FUNC, 0xc0100000u, "km_func is in the kernel" },
		{ KM_FUNC, 0xfffffffcu, "km_func is the last word" },
		{ KM_FUNC, 0x1000, "km_func is unmapped" },
		{ KM_STACK_SP, 0, "km_stack is at NULL" },
		{ KM_STACK_SP, 0xc0100000u, "km_stack is in the kernel" },
		{ KM_STACK_SP, 0xffffff00u, "km_stack wraps" },
		{ KM_STACK_SP, 0x2000, "km_stack is unmapped" },
		{ KM_STACK_SIZE, 0xffffffffu, "km_stack is larger than memory" },
		{ KM_STACK_SIZE, 0x90000000u, "km_stack ends in the kernel" },
	};
	char what[100];

	for (unsigned int i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct bad_word word = { bad[i].index, bad[i].value };
		ends(word_of_mailbox, &word, 0, true, bad[i].name);
		snprintf(what, sizeof what, "%s, on another KSE", bad[i].name);
		ends(word_of_further_mailbox, &word, 0, true, what);
	}
	ends(stack_goes_away, NULL, -1, true, "the stack is unmapped between two upcalls");
}

int
main(void)
{
	static struct zones before;

	places();
	zones_warm();
	zones_read(&before);
	thread_mailboxes();
	ends(kse_mailbox_read_only, NULL, -1, true, "the KSE's mailbox becomes read-only");
	ends(kse_mailbox_unmapped, NULL, -1, true,
	    "the KSE's mailbox is unmapped while its thread sleeps");
	ends(kse_mailbox_gone_before, NULL, 0, false,
	    "a KSE's mailbox that is gone makes calls ordinary ones");
	mailbox_words();
	ends(circular_list, NULL, 41, true, "a circle in km_completed");
	ends(list_in_kernel, NULL, 41, true, "km_completed points into the kernel");
	ends(mailbox_used_twice, NULL, 41, true, "one mailbox for several threads");
	zones_settled(&before, "the kernel has every thread, KSE and group back");
	return done_testing();
}
