// SPDX-License-Identifier: BSD-2-Clause
// Scheduling: giving KSEs to threads (kern_switch), threads to CPUs (mi_switch), and the policy.
// After FreeBSD 5.0-CURRENT kern_switch.c, kern_synch.c and sched_4bsd.c.
#pragma once

#include <kern/proc.hpp>

// --- kern_switch: threads and KSEs of a group -------------------------------------------------

// setrunqueue: td, CAN_RUN or RUNNING, becomes RUNQ. Bound: its own KSE is queued (and stops being
// lent or loanable). Unbound: it goes on kg_runq and, if the group has an idle, loanable or
// worse-used KSE, that KSE is queued for the best threads.
void setrunqueue(thread *td) REQUIRES(sched_lock);

// remrunqueue: undo setrunqueue: td, RUNQ, becomes CAN_RUN; a KSE it had is given on.
void remrunqueue(thread *td) REQUIRES(sched_lock);

// adjustrunqueue: td, RUNQ, gets a new priority and its place by it.
void adjustrunqueue(thread *td, uint8_t newpri) REQUIRES(sched_lock);

// choosethread: the thread to run next on this CPU, RUNNING, off all queues; the CPU's idle thread
// when there is none. For cpu_switch() and cpu_throw() alone. While switches are recorded they call
// choosethread_traced() instead.
extern "C" thread *choosethread() REQUIRES(sched_lock);
extern "C" thread *choosethread_traced() REQUIRES(sched_lock);

// kse_reassign: ke's thread stopped running: give ke to the next ready thread of the group, back to
// its lender, to kg_lq or to kg_iq.
void kse_reassign(kse *ke) REQUIRES(sched_lock);

// next_unassigned: the best ready thread of the group that has no KSE, or null.
thread *next_unassigned(ksegrp *kg) REQUIRES(sched_lock);

// setrunnable: td lost its last inhibitor: queue it. Nothing for threads that still are inhibited,
// running or queued.
void setrunnable(thread *td) REQUIRES(sched_lock);

// --- kern_synch: the switch ---------------------------------------------------------------------

// mi_switch: give up this CPU; returns when the thread is chosen again. sched_lock held exactly
// once, in and out; critical nesting 1; Giant not held unless the thread is RUNNING or blocks on a
// lock. Locals that describe the CPU are stale afterwards.
void mi_switch() REQUIRES(sched_lock);

// fork_exit: first C++ of a new thread, on its own stack, called by fork_trampoline. Adopts
// sched_lock from the switch that chose it, releases it, calls callout(arg, frame).
extern "C" void fork_exit(void (*callout)(void *, trapframe *), void *arg, trapframe *frame)
    RELEASES(sched_lock);

// --- sched_4bsd: the policy ---------------------------------------------------------------------

void sched_add(kse *ke) REQUIRES(sched_lock);   // onto the system run queue; ke_thread is attached
void sched_rem(kse *ke) REQUIRES(sched_lock);   // off it; KES_THREAD afterwards
kse *sched_choose() REQUIRES(sched_lock);       // best KSE, taken off the queue; null when empty
// sched_is_queued: whether it is on the system run queue, by a look at the queue; for checks.
bool sched_is_queued(kse const *ke) REQUIRES(sched_lock);
// idle_kick: a KSE was queued that this CPU will not take: wake one of the idle CPUs among `cpus`,
// if there is one.
void idle_kick(uint32_t cpus) REQUIRES(sched_lock);
// sched_queued: the KSE behind ke on the run queue, null at the end; the first one for null.
kse *sched_queued(kse const *ke) REQUIRES(sched_lock);
bool sched_runnable();                          // whether any KSE is queued; may be asked unlocked
// sched_prio: td's priority is pri; the active one stays better while mutexes lend it more.
void sched_prio(thread *td, uint8_t pri) REQUIRES(sched_lock);
void sched_sleep(thread *td, uint8_t pri) REQUIRES(sched_lock); // about to sleep at pri
void sched_wakeup(thread *td) REQUIRES(sched_lock);             // runnable again: queue, resched
void sched_fork(ksegrp *parent, ksegrp *child) REQUIRES(sched_lock);
void sched_exit(ksegrp *parent, ksegrp *child) REQUIRES(sched_lock);
// sched_clock: one tick is charged to td, running on this CPU; asks for a reschedule at the end of
// the time slice.
void sched_clock(thread *td) REQUIRES(sched_lock);
// sched_at_user_prio: td runs at its user priority. An unlocked look: a change at this moment is
// caught on the next way out. sched_userret: back to it before user mode.
inline bool sched_at_user_prio(thread const *td)
{
	uint8_t const prio = td->td_ksegrp->kg_user_pri;
	return td->td_priority == prio && td->td_base_pri == prio;
}
void sched_userret(thread *td) EXCLUDES(sched_lock);
// sched_confine: from here on only the CPUs whose bits are set run threads; the others idle, and
// take interrupts. None set stands for CPU 0. Returns when it is so: when what ran on the others
// has come to a boundary, which kernel threads do by themselves only. The caller may be moved. For
// tests and measurements.
void sched_confine(uint32_t cpus) EXCLUDES(sched_lock);
// maybe_resched: td is better than what runs: ask the CPU to reschedule at its next boundary.
void maybe_resched(thread *td) REQUIRES(sched_lock);
// yield: give way to every thread of equal or better priority.
void sched_relinquish(thread *td) EXCLUDES(sched_lock);
