// SPDX-License-Identifier: BSD-2-Clause
// The user boundary: what every return to user mode passes, and asynchronous system traps.
// After FreeBSD 5.0 subr_trap.c; signals come before suspension, and all again after a switch.
#include <kern/signalvar.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>

// act_on_signals: every signal that is due now. Those that end the process do not return. The mask
// that td's sigsuspend put aside comes back when no handler has taken it along. What stays due is
// for a KSE process's UTS, and PS_NEEDSIGCHK stays set for it. Not inline, as all that is rare
// here: the common return saves no registers for it.
[[gnu::noinline]] static void act_on_signals(thread *td)
{
	proc *p = td->td_proc;
	mtx_guard g{p->p_mtx};
	for (;;) {
		while (int sig = cursig(td))
			postsig(sig);
		if (p->p_sigsuspender != td)
			break;
		p->p_sigsuspender = nullptr;
		p->p_sigmask = p->p_oldsigmask;
	}
	if (SIGPENDING(p))
		return;
	mtx_guard sg{sched_lock};
	p->p_sflag &= ~static_cast<uint32_t>(PS_NEEDSIGCHK);
	// Who asked for this thread's look at its signals need not be heard twice. Whoever asked
	// for anything else before now is heard by the looks that follow in userret(), but for what
	// only ast() does, in KSE processes.
	if ((p->p_flag & P_KSES) == 0)
		td->td_kse->ke_flags &= ~KEF_ASTPENDING;
}

// uts_has_signals: the UTS should hear of a signal. The unlocked look comes again at each tick.
static bool uts_has_signals(proc *p)
{
	if ((p->p_flag & P_KSES) == 0 || (p->p_sflag & PS_NEEDSIGCHK) == 0)
		return false;
	mtx_guard g{p->p_mtx};
	return signal_upcall_due(p);
}

// stop_if_asked: suspension or the end, when another thread asked for it.
[[gnu::noinline]] static void stop_if_asked(proc *p)
{
	mtx_guard g{p->p_mtx};
	(void)thread_suspend_check(suspend_mode::may_stop);
}

// userret_asked: a return of which something is asked. Signals, suspension, priority, the UTS.
[[gnu::noinline]] static void userret_asked(thread *td, trapframe *frame)
{
	proc *p = td->td_proc;

	do {
		// The flag is the process's: another thread may have looked at the signals since
		// this one came out of sigsuspend, and taken it off.
		if ((p->p_sflag & PS_NEEDSIGCHK) != 0 || p->p_sigsuspender == td)
			act_on_signals(td);
		if (P_SHOULDSTOP(p) != 0)
			stop_if_asked(p);
		sched_userret(td);
	} while ((p->p_flag & P_KSES) != 0 && thread_userret(td, frame) != OK);
}

// The unlocked looks at p_sflag and p_flag may miss what is set at this instant: whoever sets it
// marks the KSE with KEF_ASTPENDING afterwards, which the way out tests again with interrupts off.
void userret(thread *td, trapframe *frame)
{
	proc *p = td->td_proc;

	KASSERT(td == curthread, "userret for thread %p by another", td);
	KASSERT(!Giant.owned(), "return to user mode with Giant");
	if ((p->p_sflag & PS_NEEDSIGCHK) != 0 || (p->p_flag & P_KSES) != 0 ||
	    P_SHOULDSTOP(p) != 0 || !sched_at_user_prio(td)) [[unlikely]]
		userret_asked(td, frame);

	KASSERT(TD_IS_BOUND(td) && td->td_mailbox == uaddr{}, "return of unbound thread %p", td);
	KASSERT(td->td_kse->ke_bound == nullptr, "return of thread %p on the KSE of %p", td,
	    td->td_kse->ke_bound);
	KASSERT(td->td_critnest == 0, "return to user mode %u deep in a critical section",
	    td->td_critnest);
	KASSERT(td->td_sleeplocks.count == 0, "return to user mode with %u locks, %s the last",
	    td->td_sleeplocks.count, td->td_sleeplocks.held[td->td_sleeplocks.count - 1]->name);
}

// take_asts: which traps were asked for; they count as taken from here on. A thread whose time is
// up waits here until it is chosen again.
static int take_asts(thread *td)
{
	mtx_guard g{sched_lock};
	kse *ke = td->td_kse;
	int const flags = ke->ke_flags;

	ke->ke_flags &= ~(KEF_ASTPENDING | KEF_NEEDRESCHED | KEF_OWEUPC | KEF_QUANTUM);
	if ((flags & KEF_NEEDRESCHED) != 0) {
		sched_prio(td, td->td_ksegrp->kg_user_pri);
		mi_switch();
	}
	return flags;
}

void ast(trapframe *frame)
{
	thread *td = curthread;
	proc *p = td->td_proc;

	KASSERT(trapframe_usermode(frame), "ast from kernel mode");
	td->td_frame = frame;
	int const flags = take_asts(td);
	KTR(KTR_TRAP, "ast", "thread {td} looks around before user mode, flags {flags:x}",
	    td->td_tid, flags);
	if (((flags & KEF_QUANTUM) != 0 && (p->p_flag & P_KSES) != 0) || uts_has_signals(p))
		thread_preempt(td);
	userret(td, frame);
	KTR(KTR_TRAP, "ast end", "thread {td} goes to user mode", td->td_tid);
}
