// SPDX-License-Identifier: BSD-2-Clause
// Kernel scheduled entities: mailboxes shared by the kernel and the user thread scheduler (UTS),
// and their five calls. Layout of the seed's month, October 2002; 5.0-RELEASE moved the fields.
#pragma once

#include <sys/ucontext.h>

struct kse_mailbox;
typedef void kse_func_t(struct kse_mailbox *);

// One user thread, as the kernel hands it back. Owner: the UTS, except between the system call
// entry that read its address from km_curthread and its appearance on a km_completed list.
struct kse_thr_mailbox {
	ucontext_t		tm_context;	// where to resume the thread
	unsigned int		tm_flags;	// TMF_*, set by the UTS
	struct kse_thr_mailbox	*tm_next;	// km_completed list, newest first
	void			*tm_udata;	// UTS's own word
};
ABI_SIZE(struct kse_thr_mailbox, 720);
ABI_OFFSET(struct kse_thr_mailbox, tm_flags, 704);
ABI_OFFSET(struct kse_thr_mailbox, tm_next, 708);
ABI_OFFSET(struct kse_thr_mailbox, tm_udata, 712);

// One KSE. The kernel samples km_func and km_stack at kse_create and never again.
struct kse_mailbox {
	struct kse_thr_mailbox	*km_curthread;	// thread running here; NULL while the UTS runs
	struct kse_thr_mailbox	*km_completed;	// threads back from the kernel, newest
						// first; written at an upcall that finds
						// it NULL
	sigset_t		km_sigscaught;	// signals for the UTS to hand out
	unsigned int		km_flags;	// KMF_*, set by the UTS
	kse_func_t		*km_func;	// UTS entry; must not return
	stack_t			km_stack;	// UTS stack, reset to its top at each upcall
	void			*km_udata;	// UTS's own word
};
ABI_SIZE(struct kse_mailbox, 48);
ABI_OFFSET(struct kse_mailbox, km_completed, 4);
ABI_OFFSET(struct kse_mailbox, km_sigscaught, 8);
ABI_OFFSET(struct kse_mailbox, km_flags, 24);
ABI_OFFSET(struct kse_mailbox, km_func, 28);
ABI_OFFSET(struct kse_mailbox, km_stack, 32);
ABI_OFFSET(struct kse_mailbox, km_udata, 44);

// Flags of a mailbox, read when a thread is about to be preempted, and when it traps: with either
// bit set it stays on its KSE, without an upcall. System calls are not affected.
#define KMF_NOUPCALL	0x01	// km_flags: for every thread that runs on this KSE
#define TMF_NOUPCALL	0x01	// tm_flags: for this thread

ABI_BEGIN_C
// kse_create: attach mbx to the calling KSE (first call of a process), or start another KSE on
// mbx in the caller's group (newgroup 0) or in a new group (newgroup 1).
//   result       0; a second KSE begins at mbx->km_func
//   errors       EFAULT bad mbx; EPROCLIM too many
int kse_create(struct kse_mailbox *mbx, int newgroup);

// kse_exit: end the calling KSE and its thread.
//   result       does not return, except 0 as the last thread of the process, which leaves
//                KSE mode
//   errors       EDEADLK last KSE of a group that has other threads; EINVAL not in KSE mode
int kse_exit(void);

// kse_release: nothing to run; give the CPU up until an upcall is due. The next thing that
// happens on this KSE is a call of km_func.
//   result       does not return
//   errors       EINVAL not in KSE mode, or called with km_curthread set
int kse_release(void);

// kse_wakeup: make the idle KSE of mbx (NULL: any idle KSE of the caller's group) do an upcall.
//   result       0, also when the KSE was not idle
//   errors       ESRCH no such KSE; EINVAL not in KSE mode
int kse_wakeup(struct kse_mailbox *mbx);

// kse_thr_interrupt: interrupt the system call that the thread of tmbx sleeps in, or is about to:
// EINTR. fork and execve are never broken off.
//   errors       ESRCH no such thread in a system call, or its call begins again and has to be
//                interrupted then; EINVAL not in KSE mode
int kse_thr_interrupt(struct kse_thr_mailbox *tmbx);
ABI_END_C
