// SPDX-License-Identifier: BSD-2-Clause
// The life of user threads, KSEs and groups: how they are made, and how KSE mode begins.
// Written for Kestrel, after the contract of FreeBSD's first KSE test program of 2002.
#include "uts.h"
#include "story.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <machine/psl.h>

static char kse_stacks[UTS_MAXKSES][UTS_KSTACK] __attribute__((__aligned__(16)));
static char thread_stacks[UTS_MAXTHREADS][UTS_TSTACK] __attribute__((__aligned__(16)));

// What enter_uts.S believes.
#define IN_MAILBOX(field)	(offsetof(struct kse_thr_mailbox, tm_context.uc_mcontext.field))
_Static_assert(IN_MAILBOX(mc_gs) == 20, "TM_GS");
_Static_assert(IN_MAILBOX(mc_ds) == 32, "TM_DS");
_Static_assert(IN_MAILBOX(mc_edi) == 36, "TM_EDI");
_Static_assert(IN_MAILBOX(mc_ebx) == 52, "TM_EBX");
_Static_assert(IN_MAILBOX(mc_eax) == 64, "TM_EAX");
_Static_assert(IN_MAILBOX(mc_eip) == 76, "TM_EIP");
_Static_assert(IN_MAILBOX(mc_ss) == 92, "TM_SS");
_Static_assert(IN_MAILBOX(mc_len) == 96, "TM_LEN");
_Static_assert(IN_MAILBOX(mc_ownedfp) == 104, "TM_OWNEDFP");
_Static_assert(IN_MAILBOX(mc_fpstate) == 112, "TM_FPSTATE");
_Static_assert(offsetof(struct kse_mailbox, km_curthread) == 0, "uts_switch stores there");
_Static_assert(offsetof(struct uthread, ut_mailbox) == 0, "a mailbox is a thread");

void
uts_reset(void)
{
	memset(uts_kses, 0, sizeof uts_kses);
	memset(uts_groups, 0, sizeof uts_groups);
	memset(uts_threads, 0, sizeof uts_threads);
	memset(&uts_totals, 0, sizeof uts_totals);
	uts_nkses = uts_ngroups = 0;
	uts_nthreads = 1;	// slot 0 is the program itself
	uts_before_release = NULL;
}

struct ugroup *
uts_group(void)
{
	if (uts_ngroups == UTS_MAXGROUPS)
		story_fatal("too many groups");
	struct ugroup *g = &uts_groups[uts_ngroups];
	g->ug_id = uts_ngroups++;
	return g;
}

// A KSE of ours is a mailbox: where to enter, on which stack, and a word to find ourselves by.
struct ukse *
uts_kse(struct ugroup *g)
{
	if (uts_nkses == UTS_MAXKSES)
		story_fatal("too many KSEs");
	struct ukse *k = &uts_kses[uts_nkses];
	k->uk_id = uts_nkses;
	k->uk_group = g;
	k->uk_stack = kse_stacks[uts_nkses++];
	k->uk_mailbox.km_func = uts_upcall;
	k->uk_mailbox.km_stack.ss_sp = k->uk_stack;
	k->uk_mailbox.km_stack.ss_size = UTS_KSTACK;
	k->uk_mailbox.km_udata = k;
	return k;
}

// First code of every user thread, entered as if called with its thread as argument.
static _Noreturn void
thread_begin(struct uthread *self)
{
	self->ut_func(self);
	uts_end(self);
}

// A context that begins in thread_begin on a stack of its own: nothing in the kernel knows of it.
struct uthread *
uts_thread(struct ugroup *g, void (*func)(struct uthread *), int arg)
{
	if (uts_nthreads == UTS_MAXTHREADS)
		story_fatal("too many threads");
	int id = uts_nthreads++;
	struct uthread *t = &uts_threads[id];
	mcontext_t *mc = &t->ut_mailbox.tm_context.uc_mcontext;
	uintptr_t *sp = (uintptr_t *)(void *)(thread_stacks[id] + UTS_TSTACK - 16);

	t->ut_id = id;
	t->ut_group = g;
	t->ut_func = func;
	t->ut_arg = arg;
	sp[0] = (uintptr_t)t;	// argument
	*--sp = 0;		// return address: none
	uts_segments(mc);
	mc->mc_len = sizeof *mc;
	mc->mc_eip = (int)(uintptr_t)thread_begin;
	mc->mc_esp = (int)(uintptr_t)sp;
	mc->mc_eflags = PSL_USER;
	mc->mc_fpformat = _MC_FPFMT_NODEV;
	mc->mc_ownedfp = _MC_FPOWNED_NONE;
	uts_enqueue(t);
	return t;
}

// Does cpuid report fxsave (feature bit 24)?
static int
has_fxsr(void)
{
	unsigned int eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return (edx >> 24) & 1;
}

// The first kse_create gives the caller's own KSE its mailbox and returns: no upcall yet. Storing
// km_curthread makes the caller a user thread, from its next system call on. It then creates the
// other KSEs, each of which begins with an upcall at once.
int
uts_start(void)
{
	struct ukse *k = &uts_kses[0];
	struct uthread *self = &uts_threads[0];

	uts_fxsr = has_fxsr();
	self->ut_group = k->uk_group;
	self->ut_state = UT_RUNNING;
	self->ut_kse = k;
	k->uk_running = self;
	if (kse_create(&k->uk_mailbox, 0) != 0)
		return errno;
	story(k, "kse_create: the program's own KSE has a mailbox now");
	for (int i = 1; i < uts_nkses; i++) {
		bool newgroup = uts_kses[i].uk_group != k->uk_group;

		story(k, "kse_create(KSE %d, %s)", i, newgroup ? "new group" : "same group");
		if (kse_create(&uts_kses[i].uk_mailbox, newgroup) != 0)
			return errno;
	}
	story(k, "thread 0 is the program itself");
	__atomic_store_n(&k->uk_mailbox.km_curthread, &self->ut_mailbox, __ATOMIC_SEQ_CST);
	return 0;
}
