// SPDX-License-Identifier: BSD-2-Clause
// A user thread scheduler (UTS) in its smallest honest form: what a program does with KSEs.
// Written for Kestrel, after the contract of FreeBSD's first KSE test program of 2002.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/kse.h>

// How it works, in five sentences. A user thread is a context in a mailbox; a KSE is the right to
// run on one CPU. The UTS stores a thread's mailbox in km_curthread and jumps into it. When the
// thread blocks in the kernel, the kernel calls the UTS again on the same KSE, an upcall, and when
// the thread's system call is done, its mailbox comes with some upcall in km_completed. While
// km_curthread is NULL the UTS itself runs, and its system calls are ordinary ones. Everything
// below marked (u) is touched only then, under uts_lock: so whoever holds the lock cannot
// lose its KSE to an upcall, and an upcall can always take it.

#define UTS_MAXKSES	8
#define UTS_MAXGROUPS	4
#define UTS_MAXTHREADS	64
#define UTS_KSTACK	16384	// bytes of the stack that upcalls run on
#define UTS_TSTACK	16384	// bytes of a user thread's stack

enum ut_state {
	UT_UNUSED,
	UT_READY,	// on its group's run queue
	UT_RUNNING,	// resumed by ut_kse; it may have blocked since without our knowing yet
	UT_INKERNEL,	// an upcall told us that it blocked
	UT_WAITING,	// for an event of the UTS: uts_join
	UT_DONE,
};

struct uthread {
	struct kse_thr_mailbox	ut_mailbox;	// must be first: the kernel knows us by it
	int			ut_id;		// 0 is the program's first thread
	enum ut_state		ut_state;	// (u)
	struct ukse		*ut_kse;	// (u) which KSE runs it, in UT_RUNNING
	struct ugroup		*ut_group;
	struct uthread		*ut_next;	// (u) run queue
	void			(*ut_func)(struct uthread *);
	int			ut_arg;
	int			ut_result;	// what the thread reports
	unsigned int		ut_blocks;	// (u) upcalls that told us it blocked
	unsigned int		ut_returns;	// (u) times it came back on km_completed
};

// Why a thread came to the UTS of its own will.
enum uts_request { UTS_YIELD, UTS_JOIN, UTS_END, UTS_LEAVE };

struct ukse {
	struct kse_mailbox	uk_mailbox;
	int			uk_id;
	struct ugroup		*uk_group;
	struct uthread		*uk_running;	// (u) the thread we resumed last
	struct uthread		*uk_came;	// thread that came to the UTS, and why
	enum uts_request	uk_request;
	bool			uk_idle;	// (u) in kse_release, or about to be
	bool			uk_fpu_clean;	// entered by an upcall, not by a thread
	unsigned int		uk_upcalls;	// (u)
	char			*uk_stack;
};

struct ugroup {
	int		ug_id;
	struct uthread	*ug_head, *ug_tail;	// (u) run queue, round robin
};

// What scenarios may look at when KSE mode is over.
struct uts_totals {
	unsigned int	upcalls;	// entries of the UTS by the kernel
	unsigned int	blocks;		// threads that the kernel kept
	unsigned int	returns;	// mailboxes taken from km_completed
	unsigned int	wakeups;	// kse_wakeup calls for a KSE we took for idle
	unsigned int	strays;		// mailboxes that came back twice, or that nobody knows: 0
	unsigned int	exits;		// calls of kse_exit that did not fail
};
extern struct uts_totals uts_totals;

// How often the UTS was told of each signal.
extern unsigned int uts_signals[_SIG_MAXSIG + 1];

extern struct ukse uts_kses[UTS_MAXKSES];
extern struct ugroup uts_groups[UTS_MAXGROUPS];
extern struct uthread uts_threads[UTS_MAXTHREADS];
extern int uts_nkses, uts_ngroups, uts_nthreads;

// Hook of the scenario `borrowed`: called by the UTS, on its own stack, instead of releasing the
// KSE for the first time.
extern void (*uts_before_release)(struct ukse *k);

// uts_life.c ---------------------------------------------------------------------------------
// uts_reset: forget groups, KSEs and threads of an earlier scenario. Not in KSE mode.
void uts_reset(void);
// uts_group, uts_kse: add one; a KSE starts when uts_start comes to it. Not in KSE mode.
struct ugroup *uts_group(void);
struct ukse *uts_kse(struct ugroup *g);
// uts_thread: a new user thread of a group, ready to run func. Before uts_start only.
struct uthread *uts_thread(struct ugroup *g, void (*func)(struct uthread *), int arg);
// uts_start: enter KSE mode. The caller becomes user thread 0 on KSE 0; every other KSE is created
// and begins with an upcall. Result: 0, or the error of the kse_create that failed.
int uts_start(void);
// uts_stop: every KSE calls kse_exit; the last one gets its answer and carries the caller, thread
// 0, out of KSE mode. All other threads are done.
void uts_stop(void);

// uts.c --------------------------------------------------------------------------------------
// uts_yield: let another thread of the group run. uts_join: wait until all others are done.
// uts_end: the calling thread is done.
void uts_yield(struct uthread *self);
void uts_join(struct uthread *self);
_Noreturn void uts_end(struct uthread *self);
// uts_request: stop being a thread, enter the UTS with a request.
void uts_enter(struct uthread *self, enum uts_request why);
// uts_upcall: where the kernel enters (km_func).
_Noreturn void uts_upcall(struct kse_mailbox *km);

// uts_sync_begin, uts_sync_end: between them the calling thread runs as the UTS does, with
// km_curthread NULL: its system calls are synchronous. No blocking on other threads.
void uts_sync_begin(struct uthread *self);
void uts_sync_end(struct uthread *self);

void uts_lock(void);
void uts_unlock(void);
void uts_enqueue(struct uthread *t);

// enter_uts.S --------------------------------------------------------------------------------
// uts_switch: load everything from t's context, then store t into *curthread, and be t. fpu_clean:
// nobody has used the FPU since an upcall gave us a clean one.
_Noreturn void uts_switch(struct kse_thr_mailbox *t, struct kse_thr_mailbox **curthread,
    bool fpu_clean);
// uts_save_and_call: clear *curthread, save the caller in t, call func(arg) on the stack that ends
// at top. Returns when somebody resumes t.
void uts_save_and_call(struct kse_thr_mailbox *t, struct kse_thr_mailbox **curthread, void *top,
    void (*func)(void *), void *arg);
// uts_segments: fill in the segment registers of a fresh context.
void uts_segments(mcontext_t *mc);
// Non-zero: the processor saves its FPU state with fxsave. Set before the first switch.
extern int uts_fxsr;
