// SPDX-License-Identifier: BSD-2-Clause
// The calls by which a process says what signals shall do: actions, mask, alternate stack.
// After FreeBSD 5.0 kern_sig.c; the mask belongs to the process, as in that era.
#include <kern/signalvar.hpp>

#include <kern/md.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>

static constexpr uint32_t word_of(void const *handler)
{
	return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(handler));
}

// Handler words of struct sigaction that are no addresses.
static constexpr uint32_t handler_default = 0;
static constexpr uint32_t handler_ignore = 1;

static constexpr int known_flags = SA_ONSTACK | SA_RESTART | SA_RESETHAND | SA_NOCLDSTOP |
    SA_NODEFER | SA_NOCLDWAIT | SA_SIGINFO;

// put_flag: set or clear one signal in a set.
static void put_flag(sigset_t &set, int sig, bool on)
{
	if (on)
		SIGADDSET(set, sig);
	else
		SIGDELSET(set, sig);
}

// current_action: the action as user mode knows it. p_mtx held.
static struct sigaction current_action(proc const *p, int sig)
{
	sigacts const &acts = p->p_sigacts;
	struct sigaction act{};
	uint32_t handler = handler_default;

	if (sig_is_caught(p, sig))
		handler = to_word(acts.ps_handler[sig]);
	else if (SIGISMEMBER(p->p_sigignore, sig))
		handler = handler_ignore;
	act.sa_handler = reinterpret_cast<void (*)(int)>(handler);
	act.sa_mask = acts.ps_catchmask[sig];
	auto const add = [&](sigset_t const &set, int flag) {
		act.sa_flags |= SIGISMEMBER(set, sig) ? flag : 0;
	};
	add(acts.ps_onstack, SA_ONSTACK);
	add(acts.ps_reset, SA_RESETHAND);
	add(acts.ps_nodefer, SA_NODEFER);
	add(acts.ps_siginfo, SA_SIGINFO);
	if (sig_is_caught(p, sig) && !SIGISMEMBER(acts.ps_intr, sig))
		act.sa_flags |= SA_RESTART;
	if (sig == SIGCHLD && acts.ps_nocldstop)
		act.sa_flags |= SA_NOCLDSTOP;
	if (sig == SIGCHLD && acts.ps_nocldwait)
		act.sa_flags |= SA_NOCLDWAIT;
	return act;
}

// set_action: p_mtx held. What becomes ignored is not pending any more.
static void set_action(proc *p, int sig, struct sigaction const &act)
{
	sigacts &acts = p->p_sigacts;
	uint32_t const handler = word_of(reinterpret_cast<void const *>(act.sa_handler));
	bool const caught = handler != handler_default && handler != handler_ignore;

	acts.ps_handler[sig] = uaddr{handler};
	acts.ps_catchmask[sig] = act.sa_mask;
	SIG_CANTMASK(acts.ps_catchmask[sig]);
	put_flag(acts.ps_catch, sig, caught);
	put_flag(p->p_sigignore, sig, handler == handler_ignore);
	put_flag(acts.ps_onstack, sig, (act.sa_flags & SA_ONSTACK) != 0);
	put_flag(acts.ps_intr, sig, (act.sa_flags & SA_RESTART) == 0);
	put_flag(acts.ps_reset, sig, (act.sa_flags & SA_RESETHAND) != 0);
	put_flag(acts.ps_nodefer, sig, (act.sa_flags & SA_NODEFER) != 0);
	put_flag(acts.ps_siginfo, sig, (act.sa_flags & SA_SIGINFO) != 0);
	if (sig == SIGCHLD) {
		acts.ps_nocldstop = (act.sa_flags & SA_NOCLDSTOP) != 0;
		acts.ps_nocldwait = (act.sa_flags & SA_NOCLDWAIT) != 0 ||
		    handler == handler_ignore;
	}
	if (sig_is_ignored(p, sig))
		SIGDELSET(p->p_siglist, sig);
	// What is not caught any more is not for the UTS any more.
	signotify(p);
}

// sigaction: what a signal does from now on.
//   sig      1 to 31; KILL and STOP can only be asked about
//   act      not NULL: the new action; old: not NULL: gets the one before
//   errors   EINVAL no such signal, KILL or STOP, unknown flags; EFAULT: nothing has changed
//            unless only `old` was bad
//   locks    takes p_mtx
Errno sys_sigaction(thread *td, sigaction_args const &uap)
{
	proc *p = td->td_proc;
	bool const sets = uap.act != uaddr{};

	if (uap.sig <= 0 || uap.sig >= NSIG)
		return EINVAL;
	if (sets && (uap.sig == SIGKILL || uap.sig == SIGSTOP))
		return EINVAL;
	struct sigaction act{};
	if (sets)
		act = TRY(user_in<struct sigaction>{uap.act}.fetch());
	if ((act.sa_flags & ~known_flags) != 0)
		return EINVAL;
	struct sigaction old;
	{	mtx_guard g{p->p_mtx};
		old = current_action(p, uap.sig);
		if (sets)
			set_action(p, uap.sig, act);
	}
	return uap.oact != uaddr{} ? user_out<struct sigaction>{uap.oact}.store(old) : OK;
}

// change_mask: p_mtx held. What the change lets through is noticed before user mode.
static Errno change_mask(proc *p, int how, sigset_t const &set)
{
	switch (how) {
	case SIG_BLOCK:
		p->p_sigmask = sigset_or(p->p_sigmask, set);
		break;
	case SIG_UNBLOCK:
		p->p_sigmask = sigset_andnot(p->p_sigmask, set);
		break;
	case SIG_SETMASK:
		p->p_sigmask = set;
		break;
	default:
		return EINVAL;
	}
	SIG_CANTMASK(p->p_sigmask);
	signotify(p);
	return OK;
}

// sigprocmask: change the process's signal mask.
//   how      SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK; of no matter when set is NULL
//   set      not NULL: what to change by; oset: not NULL: gets the mask before
//   errors   EINVAL; EFAULT
//   locks    takes p_mtx
Errno sys_sigprocmask(thread *td, sigprocmask_args const &uap)
{
	proc *p = td->td_proc;
	sigset_t set{}, old;

	if (uap.set != uaddr{})
		set = TRY(user_in<sigset_t>{uap.set}.fetch());
	{	mtx_guard g{p->p_mtx};
		old = p->p_sigmask;
		if (uap.set != uaddr{})
			TRY(change_mask(p, uap.how, set));
	}
	return uap.oset != uaddr{} ? user_out<sigset_t>{uap.oset}.store(old) : OK;
}

// sigpending: the set of pending signals. EFAULT.
Errno sys_sigpending(thread *td, sigpending_args const &uap)
{
	sigset_t pending;
	{	mtx_guard g{td->td_proc->p_mtx};
		pending = td->td_proc->p_siglist;
	}
	return user_out<sigset_t>{uap.set}.store(pending);
}

// sigsuspend: wait for a signal with another mask; the old one is back when its handler returns.
//   errors   EINTR in the end, always; EFAULT
//   locks    takes p_mtx; sleeps
// In a KSE process caught signals are the UTS's: only kse_thr_interrupt ends the wait. Of several
// threads in sigsuspend there, the first to have come puts the old mask back when it leaves.
Errno sys_sigsuspend(thread *td, sigsuspend_args const &uap)
{
	proc *p = td->td_proc;
	sigset_t mask = TRY(user_in<sigset_t>{uap.sigmask}.fetch());

	mtx_guard g{p->p_mtx};
	if (p->p_sigsuspender == nullptr) {
		p->p_sigsuspender = td;
		p->p_oldsigmask = p->p_sigmask;
	}
	SIG_CANTMASK(mask);
	p->p_sigmask = mask;
	signotify(p);
	for (;;) {
		Errno const error = msleep(&p->p_sigacts, &p->p_mtx, PPAUSE | PCATCH, "sigsusp", 0);
		if (error == EINTR || cursig(td) != 0)
			break;
		// A stop, or another thread that wants to be the only one.
		(void)thread_suspend_check(suspend_mode::may_stop);
	}
	// Without a handler to bring it back, the boundary restores the old mask.
	mtx_guard sg{sched_lock};
	p->p_sflag |= PS_NEEDSIGCHK;
	return EINTR;
}

// on_stack: whether td runs on the alternate stack.
static bool on_stack(thread *td, stack_t const &ss)
{
	auto const base = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(ss.ss_sp));
	return (ss.ss_flags & SS_DISABLE) == 0 && trapframe_sp(td->td_frame) - base < ss.ss_size;
}

// sigaltstack: the stack for handlers with SA_ONSTACK.
//   ss       not NULL: the new one, or SS_DISABLE; oss: not NULL: gets the present one
//   errors   EINVAL flags other than SS_DISABLE; ENOMEM smaller than MINSIGSTKSZ; EPERM in use;
//            EFAULT
//   locks    takes p_mtx
Errno sys_sigaltstack(thread *td, sigaltstack_args const &uap)
{
	proc *p = td->td_proc;
	stack_t ss{}, old;

	if (uap.ss != uaddr{})
		ss = TRY(user_in<stack_t>{uap.ss}.fetch());
	{	mtx_guard g{p->p_mtx};
		old = p->p_sigstk;
		bool const in_use = on_stack(td, old);
		if (in_use)
			old.ss_flags |= SS_ONSTACK;
		if (uap.ss != uaddr{}) {
			if (in_use)
				return EPERM;
			if ((ss.ss_flags & ~SS_DISABLE) != 0)
				return EINVAL;
			if (ss.ss_flags == 0 && ss.ss_size < MINSIGSTKSZ)
				return ENOMEM;
			p->p_sigstk = ss;
		}
	}
	return uap.oss != uaddr{} ? user_out<stack_t>{uap.oss}.store(old) : OK;
}
