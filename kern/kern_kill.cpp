// SPDX-License-Identifier: BSD-2-Clause
// kill: signals from one process to another, to a group, to all.
// After FreeBSD 5.0 kern_sig.c, kill() and killpg1().
#include <kern/signalvar.hpp>

#include <kern/kern_pgrp.hpp>
#include <kern/syscall.hpp>
#include <kern/ucred.hpp>

// may_signal: kernel processes have no user boundary; without init the system is lost.
static bool may_signal(proc const *p)
{
	return !proc_is_kernel(p) && p != initproc;
}

// post: sig to p, 0 for nothing. Terminal stops go past groups that nobody would continue.
static void post(proc *p, int sig, sig_cause const &cause) REQUIRES(proctree_lock)
{
	if (sig == 0)
		return;
	bool const strands = sig != SIGSTOP && sig_default_action(sig) == sig_action::stop &&
	    pgrp_is_orphaned(p->p_pgid);
	mtx_guard g{p->p_mtx};
	if (!strands || sig_is_caught(p, sig))
		psignal(p, sig, cause);
}

// post_to: every process that fits and may be signalled; whether there are any.
template <class Fits>
static bool post_to(int sig, sig_cause const &cause, Fits fits) REQUIRES(proctree_lock)
{
	bool found = false;
	for (proc &p : allproc) {
		if (p.p_state != PRS_NORMAL || !may_signal(&p) || !fits(p))
			continue;
		post(&p, sig, cause);
		found = true;
	}
	return found;
}

bool pgsignal(int pgid, int sig, sig_cause const &cause)
{
	return post_to(sig, cause, [pgid](proc const &p) { return p.p_pgid == pgid; });
}

static Errno kill_one(int pid, int sig, sig_cause const &cause) REQUIRES(proctree_lock)
{
	proc *p = pfind(pid);
	if (p == nullptr)
		// A zombie is there, but nothing can happen to it any more.
		return zpfind(pid) != nullptr ? OK : ESRCH;
	if (sig != 0 && !may_signal(p))
		return EPERM;
	post(p, sig, cause);
	return OK;
}

// kill: post a signal.
//   pid      a process; 0: the caller's group; -1: all but the kernel's, init and the caller; less:
//            the group with the number -pid
//   signum   0: only look whether there is somebody
//   errors   EINVAL no such signal; ESRCH; EPERM init and the kernel's processes
//   locks    takes proctree_lock, p_mtx
Errno sys_kill(thread *td, kill_args const &uap)
{
	proc *self = td->td_proc;
	if (uap.signum < 0 || uap.signum >= NSIG)
		return EINVAL;
	sig_cause const cause{.code = SI_USER, .pid = self->p_pid, .uid = td->td_ucred->cr_ruid};
	mtx_guard tree{proctree_lock};
	if (uap.pid > 0)
		return kill_one(uap.pid, uap.signum, cause);
	bool found;
	if (uap.pid < -PID_MAX)
		found = false;
	else if (uap.pid == -1)
		found = post_to(uap.signum, cause, [self](proc const &p) { return &p != self; });
	else
		found = pgsignal(uap.pid == 0 ? self->p_pgid : -uap.pid, uap.signum, cause);
	return found ? OK : ESRCH;
}
