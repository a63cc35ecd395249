// SPDX-License-Identifier: BSD-2-Clause
// wait4: what became of a child, and the end of its zombie.
// After FreeBSD 5.0 kern_exit.c, wait1(); the status is handed out before the zombie goes.
#include <kern/kern_proc.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <sys/resource.h>
#include <sys/wait.h>

static timeval to_timeval(uint64_t ns)
{
	uint64_t const us = ns / 1000;
	return {static_cast<time_t>(us / 1000000), static_cast<suseconds_t>(us % 1000000)};
}

// usage_of: run time of a zombie, divided between user mode and kernel as its last KSE's ticks.
static rusage usage_of(proc *p)
{
	rusage ru{};
	mtx_guard g{sched_lock};
	kse const *ke = p->p_ksegrps.first()->kg_kseq.first();
	uint64_t const user = ke->ke_uticks;
	uint64_t const all = user + ke->ke_sticks;
	uint64_t const user_ns = all != 0 ? p->p_runtime / all * user : p->p_runtime;
	ru.ru_utime = to_timeval(user_ns);
	ru.ru_stime = to_timeval(p->p_runtime - user_ns);
	return ru;
}

// find_zombie: a child that fits `pid` (WAIT_ANY: any) and has ended, not yet in another call's
// hands. Null: none; *waitable tells whether any child fits.
static proc *find_zombie(proc *parent, int pid, bool *waitable) REQUIRES(proctree_lock)
{
	*waitable = false;
	for (proc &p : parent->p_children) {
		if (pid != WAIT_ANY && p.p_pid != pid)
			continue;
		*waitable = true;
		if (p.p_state == PRS_ZOMBIE && !p.p_waiting)
			return &p;
	}
	return nullptr;
}

// claim_zombie: wait for a child to end and mark it as ours. Null without error: WNOHANG, and none
// has ended. ECHILD, EINTR, ERESTART.
static result<proc *> claim_zombie(proc *parent, int pid, int options)
{
	mtx_guard g{proctree_lock};
	for (;;) {
		bool waitable;
		if (proc *p = find_zombie(parent, pid, &waitable)) {
			p->p_waiting = true;
			return p;
		}
		if (!waitable)
			return fail(ECHILD);
		if ((options & WNOHANG) != 0)
			return nullptr;
		TRY(msleep(parent, &proctree_lock, PWAIT | PCATCH, "wait", 0));
	}
}

// unclaim_zombie: its status could not be handed out; the next wait4 finds it again.
static void unclaim_zombie(proc *p)
{
	mtx_guard g{proctree_lock};
	p->p_waiting = false;
}

static Errno hand_out(proc *p, wait4_args const &uap)
{
	if (uap.status != uaddr{})
		TRY(store_word(uap.status, static_cast<uint32_t>(p->p_xstat)));
	if (uap.rusage != uaddr{})
		TRY(user_out<rusage>{uap.rusage}.store(usage_of(p)));
	return OK;
}

// wait4: wait for a child to end, and forget it.
//   pid      its number, or WAIT_ANY; there are no process groups, so 0 and others are EINVAL
//   status   not NULL: gets the wait status; rusage likewise the CPU time used
//   options  WNOHANG: do not wait; WUNTRACED, WCONTINUED are accepted: no child stops
//   result   its number; 0 with WNOHANG when none has ended
//   errors   EINVAL; ECHILD; EINTR; EFAULT: the child can still be waited for
//   locks    Giant held; takes proctree_lock
Errno sys_wait4(thread *td, wait4_args const &uap)
{
	proc *parent = td->td_proc;

	if ((uap.options & ~(WNOHANG | WUNTRACED | WCONTINUED)) != 0 ||
	    (uap.pid != WAIT_ANY && uap.pid <= 0))
		return EINVAL;
	proc *p = TRY(claim_zombie(parent, uap.pid, uap.options));
	if (p == nullptr) {
		td->td_retval[0] = 0;
		return OK;
	}
	Errno const error = hand_out(p, uap);
	if (error == OK) {
		td->td_retval[0] = static_cast<uint32_t>(p->p_pid);
		proc_reap(p);
	} else {
		unclaim_zombie(p);
	}
	// Another thread of this process may wait for the same child.
	wakeup(parent);
	return error;
}
