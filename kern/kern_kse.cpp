// SPDX-License-Identifier: BSD-2-Clause
// The system calls kse_create, kse_release, kse_wakeup, kse_exit and kse_thr_interrupt.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 270-496, with the defects of its
// edges mended; contracts in sys/kse.h.
#include <kern/thread.hpp>

#include <kern/condvar.hpp>
#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <machine/pcpu.hpp>
#include <sys/kse.h>

#include <utility>

static bool is_kse_process(proc const *p)
{
	return (p->p_flag & P_KSES) != 0;
}

// interrupt_sleep: end td's interruptible sleep with EINTR, or mark the trip for its next one.
static void interrupt_sleep(thread *td) REQUIRES(sched_lock)
{
	td->td_flags |= TDF_INTERRUPT;
	if (!TD_ON_SLEEPQ(td) || (td->td_flags & TDF_SINTR) == 0)
		return;
	if ((td->td_flags & TDF_CVWAITQ) != 0)
		cv_abort(td);
	else
		abortsleep(td);
}

// kse_thr_interrupt: interrupt the system call in which the user thread with this mailbox sleeps.
//   result       0: the call ends with EINTR if it would sleep, or begin again, from now on; fork
//                and execve do neither
//   errors       EINVAL not a KSE process; ESRCH no kernel thread carries the mailbox in a system
//                call, or that is to begin again: not interrupted, the thread comes back first
//   locks        takes sched_lock
//   source       seed line 271 (ENOSYS there); meaning of the following months
Errno sys_kse_thr_interrupt(thread *td, kse_thr_interrupt_args const &uap)
{
	proc *p = td->td_proc;

	if (!is_kse_process(p) || uap.tmbx == uaddr{})
		return EINVAL;
	mtx_guard g{sched_lock};
	for (thread &td2 : p->p_threads) {
		if (&td2 != td && td2.td_mailbox == uap.tmbx &&
		    (td2.td_flags & TDF_NOCALL) == 0) {
			KTR(KTR_UPCALL, "interrupt",
			    "user thread {mailbox:x} in thread {td} is to stop sleeping", uap.tmbx,
			    td2.td_tid);
			interrupt_sleep(&td2);
			return OK;
		}
	}
	return ESRCH;
}

Errno thread_restart(thread *td)
{
	if (TD_IS_BOUND(td))
		return ERESTART;
	mtx_guard g{sched_lock};
	if ((td->td_flags & TDF_INTERRUPT) != 0) {
		td->td_flags &= ~TDF_INTERRUPT;
		return EINTR;
	}
	td->td_flags |= TDF_NOCALL;
	return ERESTART;
}

Errno thread_begin_again()
{
	thread *td = curthread;
	if (TD_IS_BOUND(td))
		return ERESTART;
	mtx_guard g{sched_lock};
	td->td_flags &= ~TDF_INTERRUPT;
	td->td_flags |= TDF_NOCALL;
	return ERESTART;
}

void kse_wake_released(ksegrp *kg)
{
	for (kse const &ke : kg->kg_kseq)
		if ((ke.ke_flags & KEF_RELEASED) != 0)
			wakeup(&kg->kg_completed);
}

// report_completed: the caller's KSE ends while completed mailboxes wait: an idle KSE of the group
// takes them to the UTS, or one that was released.
static void report_completed(thread *td) REQUIRES(sched_lock)
{
	ksegrp *kg = td->td_ksegrp;
	if (kg->kg_completed == uaddr{})
		return;
	kse *idle = kg->kg_iq.first();
	if (idle != nullptr && td->td_standin != nullptr)
		thread_schedule_upcall(td, idle);
	else
		kse_wake_released(kg);
}

// kse_exit: end the calling KSE and thread; as the process's last thread, leave KSE mode.
//   result       0 and a plain process, or no return
//   errors       EINVAL not a KSE process, or a user thread is current; EDEADLK last KSE of a group
//                that has other threads
//   locks        takes p_mtx, then sched_lock
//   source       seed line 278; ours: D-02, D-03
Errno sys_kse_exit(thread *td, kse_exit_args const &)
{
	proc *p = td->td_proc;
	ksegrp *kg = td->td_ksegrp;

	if (!is_kse_process(p) || !TD_IS_BOUND(td))
		return EINVAL;
	mtx_guard pg{p->p_mtx};
	{	mtx_guard sg{sched_lock};
		if (kg->kg_kses == 1 && kg->kg_numthreads > 1)
			return EDEADLK;
		if (p->p_numthreads > 1) {
			report_completed(td);
			giant_release_all();
			td->td_kse->ke_flags |= KEF_EXIT;
			thread_exit();  // HANDOVER: takes both locks with it
		}
	}
	kse_purge(p, td);
	thread_leave_kse_mode(td);
	signotify(p);           // what waited for the UTS is the thread's now
	return OK;
}

// upcall_is_due: there is something to tell the UTS already. p_mtx held too.
static bool upcall_is_due(ksegrp *kg, kse *ke) REQUIRES(sched_lock)
{
	if (kg->kg_completed != uaddr{} || signal_upcall_due(kg->kg_proc))
		return true;
	bool const woken = (ke->ke_flags & KEF_WAKEUP) != 0;
	ke->ke_flags &= ~KEF_WAKEUP;
	return woken;
}

// sleep_as_last: the last thread of the process keeps itself and its KSE until there is a reason to
// upcall: kse_wakeup, a signal, or a thread that somebody who came meanwhile has completed. p_mtx
// held, in and out.
static void sleep_as_last(proc *p, ksegrp *kg, kse *ke)
{
	mtx_guard g{sched_lock};
	ke->ke_flags |= KEF_RELEASED;
	Errno error = OK;
	while (error == OK && !upcall_is_due(kg, ke)) {
		// Nobody wakes us in between: that takes p_mtx, or another thread.
		g.unlock();
		error = msleep(&kg->kg_completed, &p->p_mtx, PPAUSE | PCATCH, "kserel", 0);
		g.lock();
	}
	ke->ke_flags &= ~KEF_RELEASED;
}

// kse_release: give up the CPU until an upcall is due.
//   result       does not return to its caller: the next exit on this KSE is an upcall
//   errors       EINVAL not a KSE process, no mailbox, or a user thread is current
//   locks        takes p_mtx, then sched_lock; sleeps holding neither
//   source       seed line 314; ours: D-01, D-04, D-05, D-06, D-14, D-15
Errno sys_kse_release(thread *td, kse_release_args const &)
{
	proc *p = td->td_proc;
	ksegrp *kg = td->td_ksegrp;
	kse *ke = td->td_kse;

	if (!is_kse_process(p) || !TD_IS_BOUND(td) || ke->ke_mailbox == uaddr{})
		return EINVAL;
	{	mtx_guard pg{p->p_mtx};
		// Up to the switch: a kse_wakeup comes before the test, or finds the KSE idle.
		mtx_guard sg{sched_lock};
		if (!upcall_is_due(kg, ke)) {
			if (p->p_numthreads > 1) {
				giant_release_all();
				thread_exit();  // HANDOVER: takes both locks with it
			}
			sg.unlock();
			sleep_as_last(p, kg, ke);
		}
	}
	thread_upcall_now(td);
	return EJUSTRETURN;
}

// find_by_mailbox: the KSE of p with this mailbox, or null.
static kse *find_by_mailbox(proc *p, uaddr mbx) REQUIRES(sched_lock)
{
	for (ksegrp &kg : p->p_ksegrps)
		for (kse &ke : kg.kg_kseq)
			if (ke.ke_mailbox == mbx)
				return &ke;
	return nullptr;
}

// find_idle: a KSE of the group whose UTS waits for something to do, or null: an idle one, or one
// that the last thread of the process keeps.
static kse *find_idle(ksegrp *kg) REQUIRES(sched_lock)
{
	if (kse *ke = kg->kg_iq.first())
		return ke;
	for (kse &ke : kg->kg_kseq)
		if ((ke.ke_flags & KEF_RELEASED) != 0)
			return &ke;
	return nullptr;
}

// kse_wakeup: the idle KSE with this mailbox (NULL: any idle one of the caller's group) upcalls.
//   result       0, also when that KSE is not idle: it upcalls instead of going idle next
//   errors       EINVAL not a KSE process; ESRCH no such KSE
//   locks        takes p_mtx, then sched_lock; may sleep before. With p_mtx, because kse_release
//                holds it from its look at KEF_WAKEUP until its KSE is idle or it sleeps
//   source       seed line 333; ours: D-06, D-31, D-32
Errno sys_kse_wakeup(thread *td, kse_wakeup_args const &uap)
{
	proc *p = td->td_proc;

	if (!is_kse_process(p))
		return EINVAL;
	thread *spare = thread_alloc();
	{	mtx_guard pg{p->p_mtx};
		mtx_guard g{sched_lock};
		kse *ke = uap.mbx != uaddr{} ? find_by_mailbox(p, uap.mbx)
					     : find_idle(td->td_ksegrp);
		if (ke == nullptr) {
			g.unlock();
			pg.unlock();
			thread_free(spare);
			return ESRCH;
		}
		KTR(KTR_UPCALL, "kse wakeup", "KSE {ke} is told to upcall, idle {idle}",
		    ke->ke_id, ke->ke_state == KES_IDLE);
		if (ke->ke_state == KES_IDLE) {
			if (thread_schedule_upcall_with(td, ke, spare) != nullptr)
				spare = nullptr;
		} else {
			ke->ke_flags |= KEF_WAKEUP;
			// What the upcall is made of, if the KSE would go idle without one.
			std::swap(spare, ke->ke_tdspare);
			if ((ke->ke_flags & KEF_RELEASED) != 0)
				wakeup(&ke->ke_ksegrp->kg_completed);
		}
	}
	if (spare != nullptr)
		thread_free(spare);
	td->td_retval[0] = 0;
	td->td_retval[1] = 0;
	return OK;
}

static void set_mailbox(kse *ke, uaddr at, kse_mailbox const &mbx) REQUIRES(sched_lock)
{
	ke->ke_mailbox = at;
	ke->ke_upcall = uaddr{static_cast<uint32_t>(reinterpret_cast<uintptr_t>(mbx.km_func))};
	ke->ke_stack = mbx.km_stack;
	KTR(KTR_PROC, "mailbox", "KSE {ke} of process {pid} has mailbox {mailbox:x}", ke->ke_id,
	    ke->ke_proc->p_pid, at);
}

// attach_mailbox: the first kse_create: the caller's own KSE gets the mailbox, the caller goes on.
// Whether it did; false when the KSE has one already.
static bool attach_mailbox(thread *td, uaddr at, kse_mailbox const &mbx)
{
	proc *p = td->td_proc;

	if (!TD_IS_BOUND(td) || td->td_kse->ke_mailbox != uaddr{})
		return false;
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	set_mailbox(td->td_kse, at, mbx);
	p->p_flag |= P_KSES;
	return true;
}

// What a new KSE is made of, allocated before any lock.
struct kse_parts final {
	ksegrp *kg;     // null: the caller's group
	kse    *ke;
	thread *td;
};

static void free_parts(kse_parts const &parts)
{
	if (parts.kg != nullptr)
		ksegrp_free(parts.kg);
	kse_free(parts.ke);
	thread_free(parts.td);
}

// Whether another KSE, in a new group or not, exceeds a hard limit.
static bool over_limits(thread *td, bool newgroup) REQUIRES(sched_lock)
{
	proc const *p = td->td_proc;
	if (p->p_numthreads >= max_threads_per_proc_hard)
		return true;
	if (newgroup)
		return p->p_numksegrps >= max_groups_per_proc;
	return max_kses_per_group != 0 && td->td_ksegrp->kg_kses >= max_kses_per_group;
}

// start_kse: link the parts and start the upcall; EPROCLIM before anything changed.
static Errno start_kse(thread *td, uaddr at, kse_mailbox const &mbx, kse_parts const &parts)
{
	proc *p = td->td_proc;
	ksegrp *kg = parts.kg != nullptr ? parts.kg : td->td_ksegrp;

	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	if (over_limits(td, parts.kg != nullptr))
		return EPROCLIM;
	p->p_flag |= P_KSES;
	if (parts.kg != nullptr) {
		static_cast<ksegrp_copied &>(*kg) = *td->td_ksegrp;
		// With its creator's past, or another group would be a way to look innocent.
		sched_fork(td->td_ksegrp, kg);
		ksegrp_link(kg, p);
	}
	kse_link(parts.ke, kg);
	set_mailbox(parts.ke, at, mbx);
	if (SIGPENDING(p))
		parts.ke->ke_flags |= KEF_ASTPENDING;
	thread_schedule_upcall_with(td, parts.ke, parts.td);
	return OK;
}

// kse_create: give the caller's KSE a mailbox, or start another KSE, in a new group if asked.
//   mbx          address of a kse_mailbox; km_func and km_stack are sampled now
//   newgroup     not 0: a new group too
//   result       0; another KSE begins with an upcall
//   errors       EFAULT mbx unreadable, EPROCLIM a hard limit: nothing has changed
//   locks        takes p_mtx, then sched_lock; may sleep before
//   source       seed line 390; ours: D-23, D-32, D-36
Errno sys_kse_create(thread *td, kse_create_args const &uap)
{
	kse_mailbox const mbx = TRY(user_in<kse_mailbox>{uap.mbx}.fetch());

	td->td_retval[0] = 0;
	td->td_retval[1] = 0;
	if (uap.newgroup == 0 && attach_mailbox(td, uap.mbx, mbx))
		return OK;
	kse_parts const parts{uap.newgroup != 0 ? ksegrp_alloc() : nullptr, kse_alloc(),
	    thread_alloc()};
	Errno const error = start_kse(td, uap.mbx, mbx, parts);
	if (error != OK)
		free_parts(parts);
	return error;
}
