// SPDX-License-Identifier: BSD-2-Clause
// Upcalls: made when a thread blocks, delivered at the user boundary.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 1035-1121 and 1161-1408.
#include <kern/thread.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/mailbox.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/ucred.hpp>
#include <machine/pcpu.hpp>

#include <utility>

// A trip of the user thread U, carried by thread T on KSE K, that blocks:
//
//   thread_user_enter    T unbound, td_mailbox = U, standin S ready
//   msleep               thread_block_upcall: S becomes an upcall of K, lent back to T
//   mi_switch            kse_reassign: K returns to S; S runs, K.ke_thread = S
//   S: thread_userret    enters the UTS on km_stack, which picks another user thread
//   wakeup               T ready: gets an idle or loaned KSE
//   T: thread_userret    exports U; ends if the KSE was borrowed, else becomes the upcall

thread *thread_schedule_upcall_with(thread *td, kse *ke, thread *td2)
{
	proc *p = td->td_proc;
	ksegrp *kg = ke->ke_ksegrp;
	bool const newkse = ke != td->td_kse;

	sched_lock.assert_owned();
	// Lent by a bound thread, which cannot take an upcall: td is itself a borrower.
	if (ke->ke_bound != nullptr) {
		KASSERT(TD_IS_BOUND(ke->ke_bound), "kse %p lent by an unbound thread", ke);
		return nullptr;
	}
	if (ke->ke_mailbox == uaddr{})
		return nullptr;
	if (!newkse && p->p_numthreads >= max_threads_per_proc_hard)
		return nullptr;

	static_cast<thread_zeroed &>(*td2) = thread_zeroed{};
	static_cast<thread_copied &>(*td2) = *td;
	thread_link(td2, kg);
	cpu_set_upcall(td2);
	td2->td_ucred = crhold(td->td_ucred);
	td2->td_flags = TDF_UPCALLING;          // and so bound
	td2->td_kse = ke;
	td2->td_state = TDS_CAN_RUN;
	td2->td_inhibitors = 0;
	if (!newkse) {
		// Lent back to td, until it blocks, ends or comes to the user boundary.
		ke->ke_bound = td2;
		TD_SET_LOAN(td2);
		KTR(KTR_UPCALL, "upcall made",
		    "thread {td} is made for the next upcall of KSE {ke} and lends it to "
		    "thread {by}; its priority is {pri}",
		    td2->td_tid, ke->ke_id, td->td_tid, td2->td_priority);
		return td2;
	}
	if (ke->ke_state == KES_IDLE) {
		kg->kg_iq.remove(*ke);
		kg->kg_idle_kses--;
	}
	ke->ke_thread = td2;
	ke->ke_state = KES_THREAD;
	KTR(KTR_UPCALL, "upcall start",
	    "thread {td} is made for an upcall of KSE {ke} at once, at priority {pri}",
	    td2->td_tid, ke->ke_id, td2->td_priority);
	setrunqueue(td2);
	return td2;
}

thread *thread_schedule_upcall(thread *td, kse *ke)
{
	thread *standin = td->td_standin;
	if (standin == nullptr) {
		if (ke != td->td_kse)
			panic("thread_schedule_upcall: no standin for another KSE");
		return nullptr;
	}
	td->td_standin = nullptr;
	thread *td2 = thread_schedule_upcall_with(td, ke, standin);
	if (td2 == nullptr)
		td->td_standin = standin;
	return td2;
}

// block_upcall: thread_block_upcall_locked() in its caller, where the compiler would not put it
// because of the event; so with become_unbound(). An upcall is the shorter by 24 instructions.
[[gnu::always_inline]] static inline void block_upcall(thread *td) REQUIRES(sched_lock)
{
	sched_lock.assert_owned();
	if (td->td_mailbox == uaddr{} || (td->td_flags & TDF_INMSLEEP) != 0)
		return;
	// Also when a ready thread of the group waits for the KSE, which then borrows it from the
	// upcall. To leave the upcall to that thread, when it is done, is not enough: it may get
	// another KSE, or block again and have no standin left.
	td->td_flags |= TDF_INMSLEEP;
	thread *upcall = thread_schedule_upcall(td, td->td_kse);
	td->td_flags &= ~TDF_INMSLEEP;
	KTR(KTR_UPCALL, "block",
	    "user thread {mailbox:x} is about to block in thread {td} on KSE {ke}: upcall {upcall}",
	    td->td_mailbox, td->td_tid, td->td_kse->ke_id,
	    upcall != nullptr ? upcall->td_tid : 0);
}

void thread_block_upcall_locked(thread *td)
{
	block_upcall(td);
}

void thread_wakeup_upcall(thread *td, kse *ke)
{
	sched_lock.assert_owned();
	KASSERT(!TD_IS_BOUND(td) && td->td_kse == ke && ke->ke_bound == nullptr,
	    "thread %p does not have kse %p to itself", td, ke);
	if (thread_schedule_upcall(td, ke) != nullptr)
		return;
	thread *spare = ke->ke_tdspare;
	// One that died here still has its credential, which cannot be dropped under sched_lock.
	if (spare == nullptr || spare->td_ucred != nullptr)
		return;
	ke->ke_tdspare = nullptr;
	if (thread_schedule_upcall_with(td, ke, spare) == nullptr)
		ke->ke_tdspare = spare;
}

void thread_block_upcall(thread *td)
{
	if (td->td_mailbox == uaddr{})
		return;
	mtx_guard g{sched_lock};
	block_upcall(td);
}

// has_standin: without the lock, since only curthread makes use of its standin: one that is there
// stays.
static bool has_standin(thread const *td) NO_THREAD_SAFETY_ANALYSIS
{
	return td->td_standin != nullptr;
}

// install_standin: td has a standin afterwards: the KSE's spare, or a new thread (may sleep). They
// change hands under sched_lock, at once (D-19); who slept meanwhile does not overwrite what
// has come (D-20).
static void install_standin(thread *td)
{
	if (has_standin(td))
		return;
	{	mtx_guard g{sched_lock};
		kse *ke = td->td_kse;
		if (thread *spare = std::exchange(ke->ke_tdspare, nullptr)) {
			ucred *const cr = std::exchange(spare->td_ucred, nullptr);
			td->td_standin = spare;
			g.unlock();
			if (cr != nullptr)
				crfree(cr);
			return;
		}
	}
	thread *fresh = thread_alloc();
	{	mtx_guard g{sched_lock};
		if (td->td_standin == nullptr) {
			td->td_standin = fresh;
			return;
		}
	}
	thread_free(fresh);
}

// become_unbound: TDF_UNBOUND changes under sched_lock only (D-24).
// how: TDF_KEPTKSE, or TDF_EAGER for a thread that may not return directly; TDF_NOCALL.
[[gnu::always_inline]] static inline void become_unbound(thread *td, uaddr mailbox, int how)
{
	install_standin(td);
	mtx_guard g{sched_lock};
	td->td_mailbox = mailbox;
	td->td_flags |= TDF_UNBOUND | how;
	td->td_kse->ke_flags |= KEF_CARRYING;
	KTR(KTR_UPCALL, "enter",
	    "thread {td} carries user thread {mailbox:x} on KSE {ke}, how {how:x}",
	    td->td_tid, mailbox, td->td_kse->ke_id, how);
}

void thread_user_enter(proc *p, thread *td, user_entry why)
{
	if ((p->p_flag & (P_WEXIT | P_SINGLE_EXIT)) != 0 && p->p_singlethread != td) {
		mtx_guard g{p->p_mtx};
		if ((p->p_flag & P_SINGLE_EXIT) != 0)
			(void)thread_suspend_check(suspend_mode::may_stop);
	}
	KASSERT(TD_IS_BOUND(td) && td->td_mailbox == uaddr{}, "thread %p was unbound in user mode",
	    td);
	uaddr const mailbox = td->td_kse->ke_mailbox;
	if (mailbox == uaddr{})
		return;
	auto current = mailbox_curthread(mailbox);
	if (!current || *current == uaddr{} || *current == uaddr{0xffffffff})
		return;
	// A trap may come anywhere, also where the UTS holds its own locks.
	if (why == user_entry::trap && !mailbox_allows_preemption(mailbox, *current))
		return;
	bool const eager = eager_upcall != 0 && why == user_entry::syscall;
	become_unbound(td, *current, (eager ? TDF_EAGER : TDF_KEPTKSE) |
	    (why == user_entry::trap ? TDF_NOCALL : 0));
}

void thread_preempt(thread *td)
{
	if (!TD_IS_BOUND(td) || (td->td_flags & TDF_UPCALLING) != 0)
		return;
	uaddr const mailbox = td->td_kse->ke_mailbox;
	if (mailbox == uaddr{})
		return;
	auto current = mailbox_curthread(mailbox);
	if (!current || *current == uaddr{} || *current == uaddr{0xffffffff})
		return;
	if (!mailbox_allows_preemption(mailbox, *current))
		return;
	// There is no direct return from here: the thread is exported.
	become_unbound(td, *current, TDF_EAGER | TDF_NOCALL);
}

// What a thread loses when it becomes bound.
static constexpr int unbound_flags = TDF_UNBOUND | TDF_KEPTKSE | TDF_EAGER | TDF_NOCALL |
    TDF_INTERRUPT;

// return_directly: an unbound thread that never lost its KSE, with nothing to tell the UTS, goes
// back to its user thread as if it had been bound. Whether it did.
static bool return_directly(thread *td)
{
	ksegrp *kg = td->td_ksegrp;

	if (kg->kg_completed != uaddr{})
		return false;
	mtx_guard g{sched_lock};
	if ((td->td_flags & TDF_KEPTKSE) == 0 || td->td_kse->ke_bound != nullptr ||
	    (td->td_kse->ke_flags & KEF_ASTPENDING) != 0 || next_unassigned(kg) != nullptr ||
	    (td->td_proc->p_sflag & PS_NEEDSIGCHK) != 0)
		return false;
	KTR(KTR_UPCALL, "return",
	    "thread {td} takes user thread {mailbox:x} back to user mode, without an upcall",
	    td->td_tid, td->td_mailbox);
	td->td_mailbox = uaddr{};
	td->td_flags &= ~unbound_flags;
	td->td_kse->ke_flags &= ~KEF_CARRYING;
	return true;
}

// idle_reporter: a borrower is to end on the KSE of a thread that is no upcall: the idle KSE of
// the group that tells the UTS, instead of nobody (D-04). Null: not needed, or there is none.
static kse *idle_reporter(thread *td) REQUIRES(sched_lock)
{
	if ((td->td_kse->ke_bound->td_flags & TDF_UPCALLING) != 0)
		return nullptr;
	return td->td_ksegrp->kg_iq.first();
}

// left_behind: a KSE of td's group from which a thread went that waited for a lock, and found
// another one when it had it: idle, while its UTS takes it for busy. Or null.
static kse *left_behind(thread *td) REQUIRES(sched_lock)
{
	for (kse &ke : td->td_ksegrp->kg_iq)
		if ((ke.ke_flags & KEF_CARRYING) != 0)
			return &ke;
	return nullptr;
}

// end_or_upcall: a borrower ends here; on its own KSE td becomes the upcall. Idle KSEs of which
// their UTS thinks otherwise upcall, too. False: td lacks the standin for an upcall of an idle KSE,
// having used it.
static bool end_or_upcall(thread *td)
{
	mtx_guard pg{td->td_proc->p_mtx};
	mtx_guard sg{sched_lock};
	while (kse *left = left_behind(td)) {
		if (td->td_standin == nullptr)
			return false;
		left->ke_flags &= ~KEF_CARRYING;
		thread_schedule_upcall(td, left);
	}
	if (td->td_kse->ke_bound != nullptr) {
		kse *idle = idle_reporter(td);
		if (idle != nullptr && td->td_standin == nullptr)
			return false;
		if (idle != nullptr)
			thread_schedule_upcall(td, idle);
		else
			kse_wake_released(td->td_ksegrp);
		thread_exit();          // HANDOVER: takes both locks with it
	}
	td->td_flags &= ~unbound_flags;
	td->td_flags |= TDF_UPCALLING;
	KTR(KTR_UPCALL, "become upcall", "thread {td} becomes the upcall of KSE {ke} itself",
	    td->td_tid, td->td_kse->ke_id);
	return true;
}

// finish_unbound: export the user thread; on a borrowed KSE that was all, else become the upcall.
static void finish_unbound(thread *td)
{
	uaddr const mailbox = td->td_mailbox;
	Errno const error = thread_export_context(td);
	td->td_mailbox = uaddr{};
	if (error != OK)
		thread_fatal_mailbox(td, "thread mailbox", mailbox);

	// The KSE may have changed while the export or install_standin slept: look at ke_bound only
	// under the lock, and again.
	while (!end_or_upcall(td))
		install_standin(td);
}

// lend_if_wanted: bound and about to leave the kernel: if a ready thread of the group has no KSE,
// lend it ours and come back when there is no more such work. Whether it switched.
static bool lend_if_wanted(thread *td)
{
	// Unlocked look: a thread that becomes ready at this instant comes after us in any case,
	// and finds no KSE of the group that waits for work.
	if (td->td_ksegrp->kg_runq.empty())
		return false;
	mtx_guard g{sched_lock};
	if (next_unassigned(td->td_ksegrp) == nullptr)
		return false;
	kse *ke = td->td_kse;
	// An upcall on its way comes back to look at all that a trap could be asked for, and what
	// ast() alone does, deliver() does as well.
	if ((td->td_flags & TDF_UPCALLING) != 0)
		ke->ke_flags &= ~KEF_ASTPENDING;
	TD_SET_LOAN(td);
	ke->ke_bound = td;
	ke->ke_thread = nullptr;
	KTR(KTR_KSE, "lend", "thread {owner}, about to leave the kernel, lends KSE {ke}",
	    td->td_tid, ke->ke_id);
	mi_switch();                    // kse_reassign() finds the ready thread again
	return true;
}

// deliver: point the user frame at the UTS. All checks come before the first change that the UTS
// could see; a failure ends the process (D-35).
static void deliver(thread *td)
{
	kse *ke = td->td_kse;

	if (cpu_set_upcall_kse(td, ke) != OK)
		thread_fatal_mailbox(td, "upcall stack",
		    user_at(uaddr{static_cast<uint32_t>(
				reinterpret_cast<uintptr_t>(ke->ke_stack.ss_sp))},
			ke->ke_stack.ss_size));
	if (thread_link_mboxes(td->td_ksegrp, ke) != OK)
		thread_fatal_mailbox(td, "KSE mailbox", ke->ke_mailbox);
	if (signal_upcall_take(td->td_proc, ke) != OK)
		thread_fatal_mailbox(td, "KSE mailbox", ke->ke_mailbox);
	{	mtx_guard g{sched_lock};
		td->td_flags &= ~TDF_UPCALLING;
		// The UTS looks at all its queues now: an earlier kse_wakeup is served.
		ke->ke_flags &= ~(KEF_WAKEUP | KEF_QUANTUM | KEF_CARRYING);
		ke->ke_quantum = 0;
	}
	if (mailbox_clear_curthread(ke->ke_mailbox) != OK)
		thread_fatal_mailbox(td, "KSE mailbox", ke->ke_mailbox);
	KTR(KTR_UPCALL, "upcall", "KSE {ke} upcalls: thread {td} enters the UTS", ke->ke_id,
	    td->td_tid);
}

Errno thread_userret(thread *td, [[maybe_unused]] trapframe *frame)
{
	KASSERT(frame == td->td_frame, "thread %p returns with another's frame", td);
	if (!TD_IS_BOUND(td)) {
		if (return_directly(td))
			return OK;
		finish_unbound(td);
	}
	if (lend_if_wanted(td))
		return EAGAIN;          // much may have happened meanwhile (D-13)
	if (td->td_kse->ke_mailbox != uaddr{}) {
		install_standin(td);
		signal_upcall_prepare(td->td_proc);
	}
	if ((td->td_flags & TDF_UPCALLING) != 0)
		deliver(td);
	return OK;
}

void thread_upcall_now(thread *td)
{
	mtx_guard g{sched_lock};
	KASSERT(TD_IS_BOUND(td) && td->td_kse->ke_mailbox != uaddr{},
	    "thread %p cannot become an upcall", td);
	td->td_flags |= TDF_UPCALLING;
	KTR(KTR_UPCALL, "upcall due", "thread {td} is to upcall on KSE {ke} at once", td->td_tid,
	    td->td_kse->ke_id);
}
