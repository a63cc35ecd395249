// SPDX-License-Identifier: BSD-2-Clause
// Process groups and sessions, and the calls that make and join them.
// After FreeBSD 5.0 kern_proc.c and kern_prot.c; looked up by walking the processes.
#include <kern/kern_pgrp.hpp>

#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/syscall.hpp>

bool pgrp_exists(int pgid, int sid)
{
	for (proc const &p : allproc)
		if (p.p_state == PRS_NORMAL && p.p_pgid == pgid && p.p_sid == sid)
			return true;
	return false;
}

// P_WEXIT is set for good; who sets it at this instant hangs up its groups itself, later.
bool pgrp_is_orphaned(int pgid)
{
	for (proc const &p : allproc) {
		if (p.p_pgid != pgid || p.p_pptr == nullptr || (p.p_flag & P_WEXIT) != 0)
			continue;
		proc const *parent = p.p_pptr;
		if (parent->p_pgid != pgid && parent->p_sid == p.p_sid &&
		    (parent->p_flag & P_WEXIT) == 0)
			return false;
	}
	return true;
}

// has_stopped: whether a member of the group has stopped for a signal. An unlocked look at p_flag:
// one that stops at this instant hears of it like one that stopped later.
static bool has_stopped(int pgid) REQUIRES(proctree_lock)
{
	for (proc const &p : allproc)
		if (p.p_pgid == pgid && (p.p_flag & (P_STOPPED_SIG | P_WEXIT)) == P_STOPPED_SIG)
			return true;
	return false;
}

void pgrp_hangup(int pgid)
{
	if (pgid == 0 || !has_stopped(pgid) || !pgrp_is_orphaned(pgid))
		return;
	pgsignal(pgid, SIGHUP);
	pgsignal(pgid, SIGCONT);
}

// target: the process that setpgid is about: the caller, or its child that has not run exec.
static result<proc *> target(proc *self, int pid) REQUIRES(proctree_lock)
{
	if (pid == 0 || pid == self->p_pid)
		return self;
	proc *p = pfind(pid);
	if (p == nullptr || p->p_pptr != self)
		return fail(ESRCH);
	if (p->p_sid != self->p_sid)
		return fail(EPERM);
	mtx_guard g{p->p_mtx};
	if ((p->p_flag & P_EXEC) != 0)
		return fail(EACCES);
	return p;
}

// setpgid: put a process into a group of its session.
//   pid      the caller (also 0) or its child
//   pgid     the group; 0 or the process's own number: a new group
//   errors   EINVAL; ESRCH not the caller nor its child; EPERM another session, a session leader,
//            or no such group; EACCES the child has run exec
//   locks    takes proctree_lock, p_mtx
Errno sys_setpgid(thread *td, setpgid_args const &uap)
{
	if (uap.pgid < 0)
		return EINVAL;
	mtx_guard tree{proctree_lock};
	proc *p = TRY(target(td->td_proc, uap.pid));
	int const pgid = uap.pgid != 0 ? uap.pgid : p->p_pid;
	if (p->p_sid == p->p_pid)
		return EPERM;
	if (pgid != p->p_pid && !pgrp_exists(pgid, p->p_sid))
		return EPERM;
	p->p_pgid = pgid;
	td->td_retval[0] = 0;
	return OK;
}

// getpgrp: the caller's group.
Errno sys_getpgrp(thread *td, getpgrp_args const &)
{
	mtx_guard tree{proctree_lock};
	td->td_retval[0] = static_cast<uint32_t>(td->td_proc->p_pgid);
	return OK;
}

// getpgid: the group of a process, 0 the caller's. ESRCH.
Errno sys_getpgid(thread *td, getpgid_args const &uap)
{
	mtx_guard tree{proctree_lock};
	proc const *p = uap.pid == 0 ? td->td_proc : pfind(uap.pid);
	if (p == nullptr)
		return ESRCH;
	td->td_retval[0] = static_cast<uint32_t>(p->p_pgid);
	return OK;
}

// setsid: a new session with a new group, both of the caller's number, without a terminal.
//   errors   EPERM the caller leads a group
//   locks    takes proctree_lock
Errno sys_setsid(thread *td, setsid_args const &)
{
	proc *self = td->td_proc;
	mtx_guard tree{proctree_lock};
	for (proc const &p : allproc)
		if (p.p_pgid == self->p_pid)
			return EPERM;
	self->p_pgid = self->p_pid;
	self->p_sid = self->p_pid;
	td->td_retval[0] = static_cast<uint32_t>(self->p_pid);
	return OK;
}
