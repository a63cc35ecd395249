// SPDX-License-Identifier: BSD-2-Clause
// Giving KSEs to threads: the ready threads of a group, and who lends to whom.
// After FreeBSD 5.0-CURRENT kern_switch.c; binding and loans as in the seed's month.
#include <kern/sched.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>

// kg_runq, sorted by priority; the threads up to kg_last_assigned have KSEs on the run queue:
//
//   kg_runq ──► t1 ──► t2 ──► t3 ──► t4            next to get a KSE: t3
//               ke     ke      ▲
//                       └ kg_last_assigned
//
// An unbound thread without a KSE is nowhere else; one with a KSE can lose it to a better one.

// attach, detach: the two links between a KSE and the thread it runs.
static void attach(kse *ke, thread *td) REQUIRES(sched_lock)
{
	ke->ke_thread = td;
	td->td_kse = ke;
}

// A thread that loses its KSE may come back on another: it can no longer return directly to its
// user thread.
static void detach(thread *td) REQUIRES(sched_lock)
{
	td->td_kse = nullptr;
	td->td_flags &= ~TDF_KEPTKSE;
}

thread *next_unassigned(ksegrp *kg)
{
	if (thread *last = kg->kg_last_assigned)
		return kg->kg_runq.next(*last);
	return kg->kg_runq.first();
}

// take_idle, take_loanable, commandeer: the three ways to a KSE for an unbound thread.
static kse *take_idle(ksegrp *kg) REQUIRES(sched_lock)
{
	kse *ke = kg->kg_iq.remove_head();
	if (ke == nullptr)
		return nullptr;
	kg->kg_idle_kses--;
	ke->ke_state = KES_THREAD;
	KTR(KTR_KSE, "take idle", "KSE {ke} is idle no longer", ke->ke_id);
	return ke;
}

static kse *take_loanable(ksegrp *kg) REQUIRES(sched_lock)
{
	kse *ke = kg->kg_lq.remove_head();
	if (ke == nullptr)
		return nullptr;
	kg->kg_loan_kses--;
	ke->ke_flags &= ~KEF_ONLOANQ;
	ke->ke_state = KES_THREAD;
	ke->ke_bound = ke->ke_thread;
	ke->ke_thread = nullptr;
	TD_SET_LOAN(ke->ke_bound);
	KTR(KTR_KSE, "lend", "thread {owner}, which sleeps, lends KSE {ke}", ke->ke_bound->td_tid,
	    ke->ke_id);
	return ke;
}

static kse *commandeer(ksegrp *kg, uint8_t pri) REQUIRES(sched_lock)
{
	thread *worst = kg->kg_last_assigned;
	if (worst == nullptr || worst->td_priority <= pri)
		return nullptr;
	kse *ke = worst->td_kse;
	kg->kg_last_assigned = kg->kg_runq.prev(*worst);
	sched_rem(ke);
	detach(worst);
	ke->ke_thread = nullptr;
	KTR(KTR_KSE, "take", "KSE {ke} is taken from thread {td}, whose priority is worse",
	    ke->ke_id, worst->td_tid);
	return ke;
}

// runq_insert: td into kg_runq, after its equals.
static void runq_insert(ksegrp *kg, thread *td) REQUIRES(sched_lock)
{
	for (thread &other : kg->kg_runq) {
		if (other.td_priority > td->td_priority) {
			kg->kg_runq.insert_before(other, *td);
			return;
		}
	}
	kg->kg_runq.insert_tail(*td);
}

// assign: ke goes to the best thread that has none, which td, just queued, may be.
static void assign(ksegrp *kg, kse *ke, thread *td) REQUIRES(sched_lock)
{
	thread *to;
	thread *last = kg->kg_last_assigned;
	if (last == nullptr) {
		to = kg->kg_runq.first();
		kg->kg_last_assigned = to;
	} else if (last->td_priority > td->td_priority) {
		// td stands before the last assigned thread: the prefix already ends right.
		to = td;
	} else {
		to = kg->kg_runq.next(*last);
		kg->kg_last_assigned = to;
	}
	attach(ke, to);
	sched_add(ke);
}

// ask_for_kse: no KSE was left for an unbound thread. One that is on a CPU gets to the boundary
// soon, where its thread lends it: also from user mode, where that might compute for ever.
static void ask_for_kse(ksegrp *kg) REQUIRES(sched_lock)
{
	for (kse &ke : kg->kg_kseq) {
		if (ke.ke_oncpu == NOCPU)
			continue;
		if ((ke.ke_flags & KEF_ASTPENDING) == 0) {
			ke.ke_flags |= KEF_ASTPENDING;
			cpu_ast_notify(&ke);
		}
		return;
	}
}

static void setrunqueue_bound(thread *td) REQUIRES(sched_lock)
{
	kse *ke = td->td_kse;
	ksegrp *kg = td->td_ksegrp;

	KASSERT(ke != nullptr && ke->ke_thread == td, "bound thread %p without its KSE", td);
	ke->ke_bound = nullptr;
	if ((ke->ke_flags & KEF_ONLOANQ) != 0) {
		ke->ke_flags &= ~KEF_ONLOANQ;
		kg->kg_lq.remove(*ke);
		kg->kg_loan_kses--;
	}
	sched_add(ke);
}

void setrunqueue(thread *td)
{
	ksegrp *kg = td->td_ksegrp;

	sched_lock.assert_owned();
	KASSERT(td->td_state == TDS_CAN_RUN || td->td_state == TDS_RUNNING,
	    "setrunqueue of thread %p in state %#x", td, td->td_state);
	KASSERT(td->td_inhibitors == 0, "setrunqueue of thread %p inhibited by %#x", td,
	    td->td_inhibitors);
	KASSERT((td->td_flags & TDF_IDLETD) == 0, "setrunqueue of an idle thread");
	TD_SET_RUNQ(td);
	kg->kg_runnable++;
	if (TD_IS_BOUND(td)) {
		setrunqueue_bound(td);
		return;
	}
	KASSERT((td->td_proc->p_flag & P_KSES) != 0, "unbound thread %p in a plain process", td);
	kse *ke = td->td_kse;
	KTR(KTR_SCHED, "ready", "thread {td} is ready at priority {pri}; it had KSE {ke}",
	    td->td_tid, td->td_priority, ke != nullptr ? ke->ke_id : 0);
	if (ke != nullptr) {
		// Preempted: it brings its KSE, lent or not, and may have to leave it to a better
		// one.
		detach(td);
		ke->ke_thread = nullptr;
	} else {
		ke = take_idle(kg);
		if (ke == nullptr)
			ke = take_loanable(kg);
		if (ke == nullptr)
			ke = commandeer(kg, td->td_priority);
	}
	runq_insert(kg, td);
	if (ke != nullptr)
		assign(kg, ke, td);
	else
		ask_for_kse(kg);
}

// leave_runq: an unbound thread, with or without KSE, off kg_runq. The assigned prefix stays one.
static void leave_runq(thread *td) REQUIRES(sched_lock)
{
	ksegrp *kg = td->td_ksegrp;
	if (kg->kg_last_assigned == td)
		kg->kg_last_assigned = kg->kg_runq.prev(*td);
	kg->kg_runq.remove(*td);
}

void remrunqueue(thread *td)
{
	ksegrp *kg = td->td_ksegrp;
	kse *ke = td->td_kse;

	sched_lock.assert_owned();
	KASSERT(TD_ON_RUNQ(td), "remrunqueue of thread %p in state %#x", td, td->td_state);
	kg->kg_runnable--;
	TD_SET_CAN_RUN(td);
	KTR(KTR_SCHED, "unready", "thread {td} is not ready any more", td->td_tid);
	if (ke != nullptr)
		sched_rem(ke);
	if (TD_IS_BOUND(td))
		return;
	leave_runq(td);
	if (ke != nullptr) {
		detach(td);
		ke->ke_thread = nullptr;
		kse_reassign(ke);
	}
}

void adjustrunqueue(thread *td, uint8_t newpri)
{
	ksegrp *kg = td->td_ksegrp;
	kse *ke = td->td_kse;

	sched_lock.assert_owned();
	KASSERT(TD_ON_RUNQ(td), "adjustrunqueue of thread %p in state %#x", td, td->td_state);
	if (TD_IS_BOUND(td)) {
		sched_rem(ke);
		td->td_priority = newpri;
		sched_add(ke);
		return;
	}
	kg->kg_runnable--;
	TD_SET_CAN_RUN(td);
	if (ke != nullptr)
		sched_rem(ke);
	leave_runq(td);
	td->td_priority = newpri;
	setrunqueue(td);
}

thread *choosethread()
{
	sched_lock.assert_owned();
	kse *ke = sched_choose();
	if (ke == nullptr) {
		thread *idle = get_pcpu()->pc_idlethread;
		KASSERT(idle != nullptr, "nothing to run and no idle thread yet");
		TD_SET_RUNNING(idle);
		return idle;
	}
	thread *td = ke->ke_thread;
	ksegrp *kg = ke->ke_ksegrp;
	KASSERT(td != nullptr && td->td_kse == ke && TD_ON_RUNQ(td),
	    "kse %p on the run queue without a ready thread", ke);
	if (!TD_IS_BOUND(td)) {
		KASSERT((td->td_proc->p_flag & P_KSES) != 0, "unbound thread %p in a plain process",
		    td);
		leave_runq(td);
	}
	kg->kg_runnable--;
	TD_SET_RUNNING(td);
	return td;
}

thread *choosethread_traced()
{
	thread *td = choosethread();
	KTR(KTR_SCHED, "switch",
	    "thread {from} leaves {state:t}, thread {to} runs on KSE {ke} at priority {pri}",
	    curthread->td_tid, TD_STATE_WORD(curthread), td->td_tid, td->td_kse->ke_id,
	    td->td_priority);
	return td;
}

// lend_to: ke runs `candidate` next; a bound thread that was on it becomes the lender.
static void lend_to(kse *ke, thread *candidate) REQUIRES(sched_lock)
{
	thread *orig = ke->ke_thread;
	if (orig != nullptr) {
		if (TD_IS_BOUND(orig)) {
			ke->ke_bound = orig;
			TD_SET_LOAN(orig);
			KTR(KTR_KSE, "lend", "thread {owner} lends KSE {ke} to thread {td}",
			    orig->td_tid, ke->ke_id, candidate->td_tid);
		} else {
			detach(orig);
			KTR(KTR_KSE, "leave", "thread {td} leaves KSE {ke} to thread {to}",
			    orig->td_tid, ke->ke_id, candidate->td_tid);
		}
	}
	ke->ke_ksegrp->kg_last_assigned = candidate;
	attach(ke, candidate);
	sched_add(ke);
}

// put_aside: nobody needs ke: with a bound thread to come back to it is loanable, else idle.
static void put_aside(kse *ke, thread *orig) REQUIRES(sched_lock)
{
	ksegrp *kg = ke->ke_ksegrp;
	ke->ke_bound = nullptr;
	if (orig != nullptr && TD_IS_BOUND(orig)) {
		ke->ke_state = KES_THREAD;
		ke->ke_flags |= KEF_ONLOANQ;
		kg->kg_lq.insert_head(*ke);
		kg->kg_loan_kses++;
		KTR(KTR_KSE, "loanable", "KSE {ke} may be borrowed while thread {owner} waits",
		    ke->ke_id, orig->td_tid);
		return;
	}
	if (orig != nullptr)
		detach(orig);
	ke->ke_thread = nullptr;
	ke->ke_state = KES_IDLE;
	kg->kg_iq.insert_head(*ke);
	kg->kg_idle_kses++;
	KTR(KTR_KSE, "idle", "KSE {ke} is idle after thread {td}", ke->ke_id,
	    orig != nullptr ? orig->td_tid : 0);
}

void kse_reassign(kse *ke)
{
	ksegrp *kg = ke->ke_ksegrp;

	sched_lock.assert_owned();
	thread *orig = ke->ke_thread;
	if ((ke->ke_flags & KEF_WAKEUP) != 0 && ke->ke_bound == nullptr && orig != nullptr &&
	    !TD_IS_BOUND(orig))
		thread_wakeup_upcall(orig, ke);
	thread *owner = ke->ke_bound;
	KASSERT(owner == nullptr ||
	    (owner->td_kse == ke && TD_IS_BOUND(owner) && TD_ON_LOAN(owner)),
	    "kse %p is lent by thread %p, which does not own it", ke, owner);
	if (thread *candidate = next_unassigned(kg)) {
		lend_to(ke, candidate);
		return;
	}
	if (owner != nullptr) {
		if (orig != nullptr)
			detach(orig);
		ke->ke_thread = owner;
		ke->ke_bound = nullptr;
		TD_CLR_LOAN(owner);
		KTR(KTR_KSE, "give back",
		    "KSE {ke} comes back to thread {owner} from thread {td}", ke->ke_id,
		    owner->td_tid, orig != nullptr ? orig->td_tid : 0);
		if (TD_CAN_RUN(owner)) {
			setrunqueue(owner);
			return;
		}
		orig = owner;
	}
	put_aside(ke, orig);
}

void setrunnable(thread *td)
{
	sched_lock.assert_owned();
	KASSERT(td->td_proc->p_state != PRS_ZOMBIE, "setrunnable in zombie %d", td->td_proc->p_pid);
	switch (td->td_state) {
	case TDS_RUNNING:
	case TDS_RUNQ:
	case TDS_INHIBITED:     // whoever clears the last inhibitor calls again
		return;
	case TDS_CAN_RUN:
		sched_wakeup(td);
		return;
	case TDS_INACTIVE:
		break;
	}
	panic("setrunnable of thread %p in state %#x", td, td->td_state);
}
