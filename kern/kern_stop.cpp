// SPDX-License-Identifier: BSD-2-Clause
// Processes that stop for a signal and go on.
// After FreeBSD 5.0 kern_sig.c, stop() and the stop cases of psignal(); one place for both ways in.
#include <kern/signalvar.hpp>

#include <kern/ktr.hpp>
#include <kern/sleepq.hpp>
#include <kern/thread.hpp>
#include <kern/ucred.hpp>

// stop_process --> P_STOPPED_SIG --> each thread: asleep, suspended in place (two inhibitors)
//                                                 elsewhere, thread_suspend_check at the boundary
//              --> the last one: stop_check wakes the parent, wait4 with WUNTRACED reports it
// SIGCONT, SIGKILL --> flag off, thread_unsuspend

bool process_stopped(proc const *p)
{
	sched_lock.assert_owned();
	return (p->p_flag & P_STOPPED_SIG) != 0 && p->p_suspcount == p->p_numthreads;
}

// tell_parent: of a stop or a continuation, unless it does not want to hear: the look at that is
// unlocked, and a sigaction of this instant may come first or last. sched_lock keeps the parent.
static void tell_parent(proc const *p, int code, int status) REQUIRES(sched_lock)
{
	proc *parent = p->p_pptr;
	if (!parent->p_sigacts.ps_nocldstop)
		psignal_async(parent, SIGCHLD,
		    {.code = code, .pid = p->p_pid, .uid = p->p_ucred->cr_ruid, .status = status});
	wakeup(parent);
}

void stop_check(proc *p)
{
	if (process_stopped(p))
		tell_parent(p, CLD_STOPPED, p->p_xstat);
}

void stop_process(proc *p, int sig)
{
	p->p_mtx.assert_owned();
	// Stopped, or about to: the parent is told of one stop only. And who shall die does not
	// stop on its way.
	if ((p->p_flag & P_STOPPED_SIG) != 0 || SIGISMEMBER(p->p_siglist, SIGKILL))
		return;
	KTR(KTR_SIG, "stop", "process {pid} stops for signal {sig}", p->p_pid, sig);
	p->p_flag |= P_STOPPED_SIG;
	p->p_flag &= ~(P_CONTINUED | P_WAITED);
	p->p_xstat = sig;
	mtx_guard g{sched_lock};
	for (thread &td : p->p_threads)
		if (TD_IS_SLEEPING(&td) && (td.td_flags & TDF_SINTR) != 0 && !TD_IS_SUSPENDED(&td))
			thread_suspend_one(&td);
	thread_mark_boundary(p);
	stop_check(p);
}

void continue_process(proc *p)
{
	p->p_mtx.assert_owned();
	KTR(KTR_SIG, "continue", "process {pid} goes on", p->p_pid);
	p->p_flag &= ~(P_STOPPED_SIG | P_WAITED);
	p->p_flag |= P_CONTINUED;
	{	mtx_guard g{sched_lock};
		thread_unsuspend(p);
		tell_parent(p, CLD_CONTINUED, SIGCONT);
	}
	signotify(p);           // what came meanwhile may be for the UTS
}
