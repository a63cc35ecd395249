// SPDX-License-Identifier: BSD-2-Clause
// The threading subsystem's functions: zones, links, upcalls, the user boundary, single-threading.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed); line numbers in the comments are its.
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>
#include <sys/ucontext.h>

struct pcpu;
struct uma_zone;

// zombie_thread_lock: the three zombie lists; innermost of the scheduling locks (seed 80).
extern spin_mtx zombie_thread_lock;

// The knobs of kern.threads (seed 66-73; the hard limits, quantum and eager_upcall are ours).
extern int oiks_debug;                  // oiks: 0 silent, 1 print, 2 debugger
extern int max_threads_per_proc;        // max_per_proc: debug threshold, advisory
extern int max_threads_per_proc_hard;   // max_threads_per_proc: EPROCLIM beyond
extern int max_groups_per_proc;         // EPROCLIM beyond
extern int max_kses_per_group;          // 0: no limit but one per CPU is customary
extern int eager_upcall;                // 1: every system call of an unbound thread upcalls
extern int thread_quantum;              // quantum: milliseconds, 0: user threads are not preempted

// threadinit: create the zones THREAD, KSEGRP, KSE (seed 549). Once, from SYSINIT.
void threadinit();

// Allocation; may sleep for memory, no spin lock held (seed 660-706). thread_alloc reaps zombies
// first. Never null.
ksegrp *ksegrp_alloc();
kse *kse_alloc();
thread *thread_alloc();
void ksegrp_free(ksegrp *kg);
void kse_free(kse *ke);
void thread_free(thread *td);

// thread_dtor: the thread zone's destructor; panics in INVARIANTS kernels unless the thread is
// INACTIVE and on no queue (seed 107). Called by the zone, and by its test.
void thread_dtor(void *mem, int size, void *arg);

// thread_stash, kse_stash, ksegrp_stash: onto the zombie lists (seed 581-603). Callable under
// sched_lock. The element is on no list, INACTIVE, and off its CPU.
void thread_stash(thread *td);
void kse_stash(kse *ke);
void ksegrp_stash(ksegrp *kg);
// thread_reap: free all zombies (seed 614); cheap when there are none. Thread context, no locks.
void thread_reap();

// Links (seed 175-267, 978). Freshly allocated things need no lock; once the process is visible
// p_mtx and sched_lock guard them.
void kse_link(kse *ke, ksegrp *kg);
void kse_unlink(kse *ke) REQUIRES(sched_lock);
void ksegrp_link(ksegrp *kg, proc *p);
void ksegrp_unlink(ksegrp *kg) REQUIRES(sched_lock);
void thread_link(thread *td, ksegrp *kg);
void proc_linkup(proc *p, ksegrp *kg, kse *ke, thread *td);

// thread_exit: end curthread (seed 825). Held on entry: p_mtx of its process and sched_lock, not
// Giant; both are free after the switch away. The last thread of a process stays linked, for wait4.
// Never call with guards on the stack that are expected to unwind.
[[noreturn]] void thread_exit() REQUIRES(sched_lock);

// thread_bury: dispose of the thread that died on this CPU just before; second statement after
// every switch (D-21). Its stack is off the CPU now.
void thread_bury() REQUIRES(sched_lock);

// thread_wait: free the last thread, KSE, group and spares of a zombie (from wait4). The process is
// unlinked and PRS_ZOMBIE; passes through sched_lock so that the last thread is off its CPU.
void thread_wait(proc *p);

// kse_purge: after single-threading for exit, stash all idle KSEs and all groups but td's own
// (seed 1003). Demands that td is the only thread left.
void kse_purge(proc *p, thread *td);

// thread_leave_kse_mode: the process is single-threaded by curthread; clear all of KSE mode (D-03,
// D-08, D-10): P_KSES, mailbox, upcall, stack, kg_completed, TDF_UNBOUND, standin and spare.
// p_mtx held. Used by exit, exec and kse_exit.
void thread_leave_kse_mode(thread *td);

// thread_schedule_upcall: make td's standin an upcall of ke (seed 1039). Own KSE: lent back to td
// until it blocks, ends or goes to user mode. Other KSE (idle, or fresh from kse_link): queued to
// run at once. Null, and nothing changed, when the KSE is lent by a bound owner, has no mailbox
// (D-15), or td has no standin and it is td's own KSE. Panics without standin for another KSE.
thread *thread_schedule_upcall(thread *td, kse *ke) REQUIRES(sched_lock);

// thread_block_upcall: the hook of msleep and cv_wait: curthread is about to block; if it carries a
// user thread, schedule the upcall that tells the UTS. History did so only with kg_runq empty: see
// there. No locks but what the sleeper passes.
void thread_block_upcall(thread *td) EXCLUDES(sched_lock);
void thread_block_upcall_locked(thread *td) REQUIRES(sched_lock);

// thread_schedule_upcall_with: the same, made of the inactive thread `spare` instead of a standin
// (D-32); null, and the spare still the caller's, when nothing was changed.
thread *thread_schedule_upcall_with(thread *td, kse *ke, thread *spare) REQUIRES(sched_lock);

// thread_wakeup_upcall: td, unbound, leaves ke, which it has to itself and which kse_wakeup wants
// to upcall: schedule that, as td's own KSE, now that ke could go idle (D-06). Made of td's standin
// or of the KSE's spare, which kse_wakeup leaves there.
void thread_wakeup_upcall(thread *td, kse *ke) REQUIRES(sched_lock);

// thread_user_enter: on every kernel entry of a KSE process that may sleep (seed 1165). Ends the
// thread if the process is being single-threaded for exit by another; else decides bound or
// unbound from km_curthread, read once. No locks held.
// Only system calls honour kern.threads.eager_upcall.
enum class user_entry { syscall, trap };
void thread_user_enter(proc *p, thread *td, user_entry why);

// thread_restart: a system call of td is to begin again. ERESTART; EINTR when kse_thr_interrupt was
// told that it is interrupted, which the next trip would not know of. It is refused from here on.
Errno thread_restart(thread *td) EXCLUDES(sched_lock);
// thread_begin_again: the same for curthread's fork or execve, which nobody expects to be broken
// off: ERESTART.
Errno thread_begin_again() EXCLUDES(sched_lock);

// thread_userret: last step on the way to user mode of a KSE process (seed 1221). May end the
// thread (borrowers), switch, and point `frame` at the UTS. OK, or EAGAIN: the boundary checks of
// userret() must be made again before user mode (D-13). No locks held.
[[gnu::noinline]] Errno thread_userret(thread *td, trapframe *frame);

// thread_preempt: curthread, on its way back to an interrupted user mode, has used up its quantum:
// if it runs a user thread that allows it, make it one that entered the kernel unbound, so that
// thread_userret exports it and the UTS gets the KSE. From ast(); no locks; may fault.
void thread_preempt(thread *td);

// thread_quantum_tick: curthread was in user mode at a clock tick: count it, and ask for
// thread_preempt at the end of kern.threads.quantum. From hardclock.
void thread_quantum_tick(thread *td) REQUIRES(sched_lock);

// kse_wake_released: threads that sleep in kse_release with a KSE of kg look again whether there is
// something to tell the UTS.
void kse_wake_released(ksegrp *kg) REQUIRES(sched_lock);

// thread_upcall_now: make curthread, bound, an upcall on the way out (kse_release's early exit).
void thread_upcall_now(thread *td);

// thread_getcontext, thread_setcontext: machine context and signal mask (seed 504, 523).
// thread_setcontext: EINVAL for a context that asks for privilege or has the wrong length; KILL and
// STOP are never masked. p_mtx not held.
void thread_getcontext(thread *td, ucontext_t *uc);
Errno thread_setcontext(thread *td, ucontext_t const *uc);

// thread_export_context: user registers of td into its mailbox, mailbox onto the group's completed
// list (seed 717). EFAULT for a bad mailbox: the caller kills the process. May sleep; no locks.
Errno thread_export_context(thread *td);

// thread_single: become the only running thread (seed 1424). mode NO_EXIT: the others are
// suspended;
// EXIT: they are gone and idle KSEs purged. OK; EBUSY (history's 1): another thread is at
// it, back out to the boundary. p_mtx held, in and out, dropped in between; Giant is dropped and
// taken back at any depth (D-17). Not recursive (D-28).
Errno thread_single(single_mode mode);
// thread_single_end: let the others run again; clears P_STOPPED_SINGLE and P_SINGLE_EXIT together
// (seed 1682, D-09). p_mtx held.
void thread_single_end();

// What thread_suspend_check may do.
enum class suspend_mode { may_stop, return_instead };

// thread_suspend_check: at safe points, stop or end while the process should (seed 1534). OK: go
// on. EBUSY (history's 1): return_instead was asked and the caller must back out. p_mtx held in and
// out, dropped in between; Giant not held when it may stop.
Errno thread_suspend_check(suspend_mode mode);

// Suspension (seed 1626-1679). A thread suspended while asleep has two inhibitors and runs only
// when both are gone.
void thread_suspend_one(thread *td) REQUIRES(sched_lock);
void thread_unsuspend_one(thread *td) REQUIRES(sched_lock);
// thread_unsuspend: p_mtx held too.
void thread_unsuspend(proc *p) REQUIRES(sched_lock);
// thread_single_check: a thread of p has been suspended or has ended: if thereby all that are left
// stand still, the single-threader among them goes on. p_mtx held.
void thread_single_check(proc *p) REQUIRES(sched_lock);

// thread_mark_boundary: make every thread of p that is in user mode come to the boundary checks
// soon (D-11): KEF_ASTPENDING on every KSE, and an interrupt to the CPUs that run them.
void thread_mark_boundary(proc *p) REQUIRES(sched_lock);

// thread_fatal_mailbox: a mailbox, stack or context at `where` cannot be used: say so on the
// console and kill the process with SIGSEGV that cannot be caught, once (D-34, D-35).
[[noreturn]] void thread_fatal_mailbox(thread *td, char const *what, uaddr where);

// thread_check_proc: walk every structure of p and panic on the first broken invariant; each is a
// sentence of kern_thread_check.cpp. thread_check_all: every process; after each test, and by
// sysctl kern.threads.check. thread_check_cpu: what one CPU runs.
void thread_check_proc(proc *p) REQUIRES(sched_lock);
void thread_check_cpu(pcpu const &pc) REQUIRES(sched_lock);
void thread_check_all();

// The zones, for their statistics and tests.
extern uma_zone *thread_zone;
extern uma_zone *kse_zone;
extern uma_zone *ksegrp_zone;
