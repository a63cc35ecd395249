// SPDX-License-Identifier: BSD-2-Clause
// Single-threading and suspension: all threads of a process but one stop, or end.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 1410-1705.
#include <kern/thread.hpp>

#include <kern/condvar.hpp>
#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <machine/pcpu.hpp>

// Where the threads of a process are while one of them, S, single-threads:
//
//   in user mode          marked; comes to userret(), stops or ends in thread_suspend_check
//                         a user thread there leaves its KSE to an upcall, as if it slept
//   asleep, interruptible NO_EXIT: suspended in place; EXIT: woken, fails, comes to userret()
//   asleep otherwise      left alone: it may hold what S needs (D-12); comes to userret() later
//   KSE lent away         runs when the KSE comes back; comes to userret()
//   S itself              counts itself in p_suspcount while it waits; the last one to stop or end
//                         finds p_numthreads == p_suspcount and wakes it
//
// A stop signal may come on top. Then S waits for SIGCONT too, unless the others are to end: a
// process that ends or execs does not stop on the way.

void thread_suspend_one(thread *td)
{
	proc *p = td->td_proc;

	sched_lock.assert_owned();
	KASSERT(!TD_IS_SUSPENDED(td), "thread %p suspended twice", td);
	p->p_suspcount++;
	TD_SET_SUSPENDED(td);
	p->p_suspended.insert_tail(*td);
	// On a sleep queue it has two inhibitors, and runs only when both are gone.
	if (TD_ON_SLEEPQ(td))
		TD_SET_SLEEPING(td);
	KTR(KTR_PROC, "suspend", "thread {td} of process {pid} is {state:t}", td->td_tid, p->p_pid,
	    TD_STATE_WORD(td));
}

void thread_unsuspend_one(thread *td)
{
	proc *p = td->td_proc;

	sched_lock.assert_owned();
	p->p_suspended.remove(*td);
	TD_CLR_SUSPENDED(td);
	p->p_suspcount--;
	KTR(KTR_PROC, "unsuspend", "thread {td} of process {pid} is let go, {state:t}", td->td_tid,
	    p->p_pid, TD_STATE_WORD(td));
	setrunnable(td);
}

// unsuspend_all: every suspended thread of p.
static void unsuspend_all(proc *p) REQUIRES(sched_lock)
{
	while (thread *td = p->p_suspended.first())
		thread_unsuspend_one(td);
}

void thread_single_check(proc *p)
{
	sched_lock.assert_owned();
	p->p_mtx.assert_owned();
	bool const wanted = P_SHOULDSTOP(p) == P_STOPPED_SINGLE ||
	    ((p->p_flag & P_STOPPED_SINGLE) != 0 && (p->p_flag & P_SINGLE_EXIT) != 0);
	if (wanted && p->p_numthreads == p->p_suspcount)
		thread_unsuspend_one(p->p_singlethread);
}

void thread_unsuspend(proc *p)
{
	sched_lock.assert_owned();
	p->p_mtx.assert_owned();
	if (P_SHOULDSTOP(p) == 0)
		unsuspend_all(p);
	else
		thread_single_check(p);
}

void thread_mark_boundary(proc *p)
{
	sched_lock.assert_owned();
	for (ksegrp &kg : p->p_ksegrps) {
		for (kse &ke : kg.kg_kseq) {
			ke.ke_flags |= KEF_ASTPENDING;
			cpu_ast_notify(&ke);
		}
	}
}

// hurry: one other thread on its way to stopping or ending.
static void hurry(thread *td2, single_mode mode) REQUIRES(sched_lock)
{
	if (!TD_IS_INHIBITED(td2))
		return;
	bool const interruptible = TD_ON_SLEEPQ(td2) && (td2->td_flags & TDF_SINTR) != 0;
	if (mode == SINGLE_NO_EXIT) {
		if (!TD_IS_SUSPENDED(td2) && TD_IS_SLEEPING(td2) && interruptible)
			thread_suspend_one(td2);
		return;
	}
	if (TD_IS_SUSPENDED(td2))
		thread_unsuspend_one(td2);
	if (!interruptible)
		return;
	if ((td2->td_flags & TDF_CVWAITQ) != 0)
		cv_abort(td2);
	else
		abortsleep(td2);
}

// is_alone: nobody else runs; for SINGLE_EXIT, nobody else is there: those that a signal has
// suspended have to end, too. Threads come and go under sched_lock alone, since an upcall is made
// where nothing may sleep: p_mtx does not hold their number still (D-22).
static bool is_alone(proc const *p, single_mode mode) REQUIRES(sched_lock)
{
	return p->p_numthreads - (mode == SINGLE_EXIT ? 0 : p->p_suspcount) == 1;
}

// single_wait: hurry the others, then wait until all have stopped or ended. Whether td is alone.
// The analysis cannot follow p_mtx, which the caller of thread_single holds: it is released for the
// switch and taken again, as msleep does.
static bool single_wait(thread *td, single_mode mode) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = td->td_proc;

	mtx_guard g{sched_lock};
	if (is_alone(p, mode))
		return true;
	for (thread &td2 : p->p_threads)
		if (&td2 != td)
			hurry(&td2, mode);
	thread_mark_boundary(p);
	if (is_alone(p, mode))
		return true;
	{	giant_drop no_giant;            // at any depth (D-17); back after both locks
		thread_block_upcall_locked(td);
		thread_suspend_one(td);
		stop_check(p);
		p->p_mtx.unlock();
		mi_switch();
		g.unlock();
	}
	p->p_mtx.lock();
	return false;
}

Errno thread_single(single_mode mode)
{
	thread *td = curthread;
	proc *p = td->td_proc;

	p->p_mtx.assert_owned();
	if ((p->p_flag & P_KSES) == 0)
		return OK;
	KASSERT(p->p_singlethread != td, "thread %p single-threads twice", td);  // D-28
	if (p->p_singlethread != nullptr)
		return EBUSY;
	{	mtx_guard g{sched_lock};
		p->p_flag &= ~P_SINGLE_EXIT;
		p->p_flag |= P_STOPPED_SINGLE | (mode == SINGLE_EXIT ? P_SINGLE_EXIT : 0u);
		p->p_singlethread = td;
		KTR(KTR_PROC, "single",
		    "thread {td} is to be the only one of process {pid}, for good {exit}",
		    td->td_tid, p->p_pid, mode);
	}
	while (!single_wait(td, mode))
		continue;
	if (mode == SINGLE_EXIT)
		kse_purge(p, td);
	return OK;
}

void thread_single_end()
{
	thread *td = curthread;
	proc *p = td->td_proc;

	p->p_mtx.assert_owned();
	{	mtx_guard g{sched_lock};
		p->p_flag &= ~(P_STOPPED_SINGLE | P_SINGLE_EXIT);       // D-09
		p->p_singlethread = nullptr;
		KTR(KTR_PROC, "single end", "process {pid} may have several threads again",
		    p->p_pid);
		// A stop order that came meanwhile keeps the others where they are.
		if (P_SHOULDSTOP(p) == 0)
			unsuspend_all(p);
	}
	signotify(p);           // stop signals have waited, and signals for the UTS
}

// end_at_boundary: the process waits for this thread to end. The KSE ends with it unless it is
// another's, or the group has threads left that need it.
static void end_at_boundary(thread *td)
{
	giant_release_all();
	mtx_guard g{sched_lock};
	kse *ke = td->td_kse;
	ksegrp *kg = td->td_ksegrp;
	if (ke->ke_bound == nullptr && (kg->kg_kses != 1 || kg->kg_numthreads == 1))
		ke->ke_flags |= KEF_EXIT;
	thread_exit();          // HANDOVER: takes both locks with it
}

// stop_here: wait on p_suspended until somebody lets the process go on. As in single_wait, p_mtx is
// the caller's, out of the analysis' sight.
static void stop_here(thread *td) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = td->td_proc;

	{	giant_drop no_giant;            // D-07
		mtx_guard g{sched_lock};
		// It may come back on another KSE: the UTS has to hear from the one it leaves.
		thread_block_upcall_locked(td);
		thread_suspend_one(td);
		// With p_mtx still held, so that the flags are those that made us stop (D-25).
		thread_single_check(p);
		stop_check(p);
		p->p_mtx.unlock();
		mi_switch();
	}
	p->p_mtx.lock();
}

Errno thread_suspend_check(suspend_mode mode)
{
	thread *td = curthread;
	proc *p = td->td_proc;

	p->p_mtx.assert_owned();
	while (P_SHOULDSTOP(p) != 0) {
		if (P_SHOULDSTOP(p) == P_STOPPED_SINGLE) {
			KASSERT(p->p_singlethread != nullptr, "process %d: nobody single-threads",
			    p->p_pid);
			if (p->p_singlethread == td)
				return OK;
		}
		if (mode == suspend_mode::return_instead)
			return EBUSY;
		if ((p->p_flag & P_SINGLE_EXIT) != 0 && p->p_singlethread != td)
			end_at_boundary(td);
		stop_here(td);
	}
	return OK;
}
