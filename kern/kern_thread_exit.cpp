// SPDX-License-Identifier: BSD-2-Clause
// The end of a thread, and of what a process had for its threads.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 815-967 and 1003-1032.
#include <kern/thread.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <machine/pcpu.hpp>

// stash_spares: the ready-made threads that td and its KSE keep go to the zombies.
static void stash_spares(thread *td, kse *ke) REQUIRES(sched_lock)
{
	if (thread *spare = ke->ke_tdspare) {
		ke->ke_tdspare = nullptr;
		thread_stash(spare);
	}
	if (thread *standin = td->td_standin) {
		td->td_standin = nullptr;
		thread_stash(standin);
	}
}

// unlink_thread: out of process and group; a single-threader that waits for nothing else now goes
// on.
static void unlink_thread(thread *td) REQUIRES(sched_lock)
{
	proc *p = td->td_proc;
	ksegrp *kg = td->td_ksegrp;

	p->p_threads.remove(*td);
	p->p_numthreads--;
	kg->kg_threads.remove(*td);
	kg->kg_numthreads--;
	// curthread still has its KSE here: waking somebody looks at it (maybe_resched).
	thread_single_check(p);
	stop_check(p);                          // D-44
}

// give_up_kse: the KSE of the dying thread goes to whoever waits for it, or ends too. Returns the
// KSE whose spare the corpse may become.
static kse *give_up_kse(thread *td) REQUIRES(sched_lock)
{
	kse *ke = td->td_kse;
	proc *p = td->td_proc;

	KASSERT(ke->ke_bound != td, "thread %p ends on the KSE it lent", td);
	ke->ke_thread = nullptr;
	td->td_kse = nullptr;
	ke->ke_state = KES_UNQUEUED;
	ke->ke_oncpu = NOCPU;
	KTR(KTR_KSE, "give up", "thread {td} gives up KSE {ke}", td->td_tid, ke->ke_id);
	if ((ke->ke_flags & KEF_EXIT) == 0) {
		kse_reassign(ke);
		return ke;
	}
	kse_unlink(ke);
	return p->p_ksegrps.first()->kg_kseq.first();
}

// Death of a thread. Locks and stack from here to the end:
//
//   dying thread            p_mtx + sched_lock    on its own stack
//   p_mtx.unlock            sched_lock            still on it; no one can take the corpse
//   cpu_throw               sched_lock            registers lost, next thread's stack
//   next thread             sched_lock            thread_bury: corpse becomes spare or zombie
//
// The corpse is reachable only through pc_deadthread in between, which is this CPU's alone (D-21).
void thread_exit()
{
	thread *td = curthread;
	proc *p = td->td_proc;
	kse *ke = td->td_kse;

	sched_lock.assert_owned();
	KASSERT(sched_lock.recursion() == 0, "thread %p ends with sched_lock held %u times", td,
	    sched_lock.recursion() + 1);
	KASSERT(p != nullptr && ke != nullptr && td->td_ksegrp != nullptr,
	    "thread %p ends without process, KSE or group", td);
	p->p_mtx.assert_owned();
	KASSERT(!Giant.owned(), "dying thread %p owns Giant", td);
	KASSERT(p->p_sigsuspender != td || (p->p_flag & (P_SINGLE_EXIT | P_WEXIT)) != 0,
	    "thread %p ends in sigsuspend and leaves its mask to process %d", td, p->p_pid);
	KTR(KTR_PROC, "thread end", "thread {td} of process {pid} ends, the last one {last}",
	    td->td_tid, p->p_pid, p->p_numthreads == 1);

	stash_spares(td, ke);
	cpu_thread_exit(td);
	// The run time since the last switch is this thread's, not its successor's (D-39).
	uint64_t const now = nanouptime();
	td->td_runtime += now - get_pcpu()->pc_switchtime;
	get_pcpu()->pc_switchtime = now;
	p->p_runtime += td->td_runtime;
	if (p->p_numthreads > 1) {
		unlink_thread(td);
		kse *heir = give_up_kse(td);
		// Legal under a spin lock: a contested release never switches then.
		p->p_mtx.unlock();
		td->td_proc = nullptr;
		td->td_ksegrp = nullptr;
		td->td_last_kse = heir;
		get_pcpu()->pc_deadthread = td;
	} else {
		// The last one stays with the process, for wait4, which passes through sched_lock
		// and so comes only after the switch below.
		KASSERT(p->p_state == PRS_ZOMBIE, "last thread %p of live process %d ends", td,
		    p->p_pid);
		ke->ke_oncpu = NOCPU;
		p->p_mtx.unlock();
	}
	td->td_state = TDS_INACTIVE;
	// HANDOVER: sched_lock goes to the thread that cpu_throw picks; no guard here unwinds.
	cpu_throw();
}

void thread_bury()
{
	pcpu *pc = get_pcpu();
	thread *td = pc->pc_deadthread;

	sched_lock.assert_owned();
	if (td == nullptr)
		return;
	pc->pc_deadthread = nullptr;
	// The lock has not been free since the thread chose its heir, so the heir is still there.
	kse *heir = td->td_last_kse;
	td->td_last_kse = nullptr;
	if (heir != nullptr && heir->ke_tdspare == nullptr)
		heir->ke_tdspare = td;
	else
		thread_stash(td);
}

void thread_wait(proc *p)
{
	thread *td = p->p_threads.first();
	ksegrp *kg = p->p_ksegrps.first();
	kse *ke = kg->kg_kseq.first();
	{	// The last thread's CPU releases this lock when it is off the stack.
		mtx_guard g{sched_lock};
		KASSERT(p->p_state == PRS_ZOMBIE && p->p_numthreads == 1 && p->p_numksegrps == 1,
		    "process %d reaped with %d threads in %d groups", p->p_pid, p->p_numthreads,
		    p->p_numksegrps);
		KASSERT(kg->kg_kses == 1, "process %d reaped with %d KSEs", p->p_pid, kg->kg_kses);
		KASSERT(ke->ke_tdspare == nullptr && td->td_standin == nullptr,
		    "process %d reaped with spare threads", p->p_pid);
	}

	p->p_threads.remove(*td);
	kg->kg_threads.remove(*td);
	kg->kg_kseq.remove(*ke);
	p->p_ksegrps.remove(*kg);
	p->p_numthreads = 0;
	p->p_numksegrps = 0;
	thread_free(td);
	kse_free(ke);
	ksegrp_free(kg);
	thread_reap();
}

// purge_idle: all idle KSEs of a group, with their spares, to the zombies. The group stays.
static void purge_idle(ksegrp *kg) REQUIRES(sched_lock)
{
	while (kse *ke = kg->kg_iq.remove_head()) {
		kg->kg_idle_kses--;
		kg->kg_kseq.remove(*ke);
		kg->kg_kses--;
		KTR(KTR_PROC, "kse end", "KSE {ke} of group {kg}, idle, ends", ke->ke_id,
		    kg->kg_id);
		if (thread *spare = ke->ke_tdspare) {
			ke->ke_tdspare = nullptr;
			thread_stash(spare);
		}
		kse_stash(ke);
	}
}

void kse_purge(proc *p, thread *td)
{
	p->p_mtx.assert_owned();
	KASSERT(p->p_numthreads == 1, "kse_purge with %d threads", p->p_numthreads);
	mtx_guard g{sched_lock};
	ksegrp *next;
	for (ksegrp *kg = p->p_ksegrps.first(); kg != nullptr; kg = next) {
		next = p->p_ksegrps.next(*kg);
		purge_idle(kg);
		bool const own = kg == td->td_ksegrp;
		KASSERT(kg->kg_kses == (own ? 1 : 0), "group %p keeps %d KSEs after the purge", kg,
		    kg->kg_kses);
		if (!own)
			ksegrp_unlink(kg);
	}
}

void thread_leave_kse_mode(thread *td)
{
	proc *p = td->td_proc;
	ksegrp *kg = td->td_ksegrp;

	p->p_mtx.assert_owned();
	mtx_guard g{sched_lock};
	kse *ke = td->td_kse;
	KASSERT(td == curthread && p->p_numthreads == 1 && p->p_numksegrps == 1 && kg->kg_kses == 1,
	    "process %d leaves KSE mode with %d threads, %d groups, %d KSEs", p->p_pid,
	    p->p_numthreads, p->p_numksegrps, kg->kg_kses);
	KASSERT(ke->ke_bound == nullptr, "process %d leaves KSE mode on a lent KSE", p->p_pid);
	// Unbound first: without P_KSES nothing looks after kg_runq (D-08).
	td->td_flags &= ~(TDF_UNBOUND | TDF_UPCALLING | TDF_KEPTKSE | TDF_EAGER |
	    TDF_NOCALL | TDF_INTERRUPT);
	td->td_mailbox = uaddr{};
	stash_spares(td, ke);
	ke->ke_flags &= ~(KEF_EXIT | KEF_WAKEUP | KEF_RELEASED | KEF_QUANTUM |
	    KEF_CARRYING);
	ke->ke_mailbox = uaddr{};
	ke->ke_upcall = uaddr{};
	ke->ke_stack = stack_t{};
	kg->kg_completed = uaddr{};
	if (thread *standin = p->p_sigstandin) {
		p->p_sigstandin = nullptr;
		thread_stash(standin);
	}
	p->p_flag &= ~P_KSES;
	p->p_oiks = 0;
	KTR(KTR_PROC, "plain", "process {pid} leaves KSE mode", p->p_pid);
}
