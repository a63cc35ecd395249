// SPDX-License-Identifier: BSD-2-Clause
// The end of a process: exit, and how its parent hears of it in kern_wait.
// After FreeBSD 5.0 kern_exit.c; KSE mode is left by the function that exec uses too (D-08).
#include <kern/kassert.hpp>
#include <kern/kern_descrip.hpp>
#include <kern/kern_pgrp.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <kern/ucred.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_map.hpp>

// End of a process, in this order:
//
//   alone            the other threads have ended; KSE mode is off; P_WEXIT: no signals any more
//   files, memory    given back; from here on no user memory
//   proctree_lock    children to init, allproc to zombproc
//   p_mtx, sched     PRS_ZOMBIE; the parent is woken; thread_exit
//
// wait4 sees PRS_ZOMBIE under proctree_lock, and passes through sched_lock before it frees things.

// become_alone: the calling thread is the only one of a plain process afterwards, or it does not
// return: another thread ends the process. While another forks, it waits (D-16).
static void become_alone(thread *td)
{
	proc *p = td->td_proc;
	giant_drop no_giant;
	mtx_guard g{p->p_mtx};
	while ((p->p_flag & P_KSES) != 0) {
		if (thread_single(SINGLE_EXIT) == OK) {
			thread_leave_kse_mode(td);
			thread_single_end();
		} else {
			(void)thread_suspend_check(suspend_mode::may_stop);
		}
	}
	p->p_flag |= P_WEXIT;
	p->p_siglist = sigset_t{};
}

// leave_memory: over to the kernel's address space, then the old one can go.
static void leave_memory(thread *td)
{
	proc *p = td->td_proc;
	vmspace *vm = p->p_vmspace;
	if (vm == nullptr)
		return;
	p->p_vmspace = nullptr;
	pmap_activate(td);
	vmspace_free(vm);
}

// is_tie: child, with this parent, ties its group to the rest of the session.
static bool is_tie(proc const *child, proc const *parent) REQUIRES(proctree_lock)
{
	return parent != nullptr && parent->p_pgid != child->p_pgid &&
	    parent->p_sid == child->p_sid;
}

// hang_up_orphans: groups that lose with p, which has P_WEXIT, their last tie to their session. One
// that had none before is not told again.
static void hang_up_orphans(proc *p) REQUIRES(proctree_lock)
{
	if (is_tie(p, p->p_pptr))
		pgrp_hangup(p->p_pgid);
	for (proc const &child : p->p_children)
		if (is_tie(&child, p))
			pgrp_hangup(child.p_pgid);
}

// heir: who waits for p: its parent, or init when that does not want to.
static proc *heir(proc *p) REQUIRES(proctree_lock)
{
	proc *parent = p->p_pptr;
	bool unwanted;
	{	mtx_guard g{parent->p_mtx};
		unwanted = parent->p_sigacts.ps_nocldwait;
	}
	if (!unwanted || parent == initproc)
		return parent;
	proc_reparent(p, initproc);
	wakeup(parent);         // it may wait for the last of its children to go
	return initproc;
}

// cause_of: the siginfo of SIGCHLD.
static sig_cause cause_of(proc const *p, int status)
{
	bool const killed = (status & 0177) != 0;
	return {.code = killed ? CLD_KILLED : CLD_EXITED, .pid = p->p_pid,
	    .uid = p->p_ucred->cr_ruid, .status = killed ? status & 0177 : status >> 8 & 0377};
}

// leave: the last steps. All locks are taken here and go away with the thread, so no guards.
[[noreturn]] static void leave(thread *td, int status) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = td->td_proc;

	giant_release_all();
	proctree_lock.lock();
	hang_up_orphans(p);
	proc_bury(p);
	proc *parent = heir(p);
	p->p_mtx.lock();
	parent->p_mtx.lock();
	psignal(parent, SIGCHLD, cause_of(p, status));
	parent->p_mtx.unlock();
	p->p_xstat = status;
	sched_lock.lock();
	p->p_state = PRS_ZOMBIE;
	KTR(KTR_PROC, "exit", "process {pid} is a zombie with status {status:x}", p->p_pid, status);
	psignal_forget(p);
	sched_exit(parent->p_ksegrps.first(), td->td_ksegrp);
	wakeup(parent);
	// Legal under a spin lock: a contested release never switches then.
	proctree_lock.unlock();
	thread_exit();          // HANDOVER: takes p_mtx and sched_lock with it
}

void exit1(thread *td, int status)
{
	proc *p = td->td_proc;

	if (p == initproc)
		panic("init died (signal %d, exit %d)", status & 0177, status >> 8 & 0377);
	become_alone(td);
	itimer_exit(p);
	fdfree(p->p_fd);
	p->p_fd = nullptr;
	leave_memory(td);
	leave(td, status);
}

// exit: end the process with this status, of which the parent sees 8 bits. Does not return.
Errno sys_exit(thread *td, exit_args const &uap)
{
	exit1(td, W_EXITCODE(uap.rval & 0377, 0));
}
