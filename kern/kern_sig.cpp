// SPDX-License-Identifier: BSD-2-Clause
// Signals: posting them, and acting on them at the user boundary.
// After FreeBSD 5.0 kern_sig.c.
#include <kern/signalvar.hpp>

#include <kern/condvar.hpp>
#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/sleepq.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>

// A signal's way:
//
//   psignal    ignored: gone        default stop: stop_process       masked: p_siglist
//              else p_siglist, signotify, sleepers wake
//   boundary   cursig, postsig      default: the process ends        caught: sendsig
//   KSE mode   caught: no thread sees it; an upcall takes it along (kern_sigupcall.cpp)

static constexpr int stop_signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};

// due_set: pending and not masked.
static sigset_t due_set(proc const *p)
{
	return sigset_andnot(p->p_siglist, p->p_sigmask);
}

bool SIGPENDING(proc const *p)
{
	return !SIGISEMPTY(due_set(p));
}

void signotify(proc *p)
{
	p->p_mtx.assert_owned();
	if (!SIGPENDING(p))
		return;
	bool const for_uts = signal_upcall_due(p);
	mtx_guard g{sched_lock};
	// With the upcall under way, the running threads need not be disturbed.
	if (for_uts && signal_upcall(p) && cursig_is_none(p))
		return;
	p->p_sflag |= PS_NEEDSIGCHK;
	thread_mark_boundary(p);
}

// act_on_stops: stop signals that are due stop the process. Not while it is being single-threaded
// for its end or for exec: there they wait.
static void act_on_stops(proc *p)
{
	for (int sig : stop_signals) {
		if (!SIGISMEMBER(p->p_siglist, sig) || SIGISMEMBER(p->p_sigmask, sig) ||
		    sig_is_caught(p, sig) || (p->p_flag & P_SINGLE_EXIT) != 0)
			continue;
		SIGDELSET(p->p_siglist, sig);
		stop_process(p, sig);
	}
}

// tdsignal: get one thread of a process that has something to act on to the boundary: an
// interruptible sleep is cut short. A thread that is suspended as well stays so.
static void tdsignal(thread *td) REQUIRES(sched_lock)
{
	if (!TD_ON_SLEEPQ(td) || (td->td_flags & TDF_SINTR) == 0)
		return;
	if (td->td_priority > PUSER)
		sched_prio(td, PUSER);
	if ((td->td_flags & TDF_CVWAITQ) != 0)
		cv_abort(td);
	else
		abortsleep(td);
}

// cancel_opposites: a stop signal and SIGCONT take back each other's that are still pending.
static void cancel_opposites(proc *p, int sig)
{
	if (sig_default_action(sig) == sig_action::stop)
		SIGDELSET(p->p_siglist, SIGCONT);
	if (sig != SIGCONT)
		return;
	for (int other : stop_signals)
		SIGDELSET(p->p_siglist, other);
}

// rouse: every thread that can act on a signal, or shall end, gets going.
static void rouse(proc *p, int sig)
{
	mtx_guard g{sched_lock};
	if (sig == SIGKILL)
		thread_unsuspend(p);
	for (thread &td : p->p_threads)
		tdsignal(&td);
}

void psignal(proc *p, int sig, sig_cause const &cause)
{
	p->p_mtx.assert_owned();
	KASSERT(sig > 0 && sig < NSIG, "signal %d", sig);
	if (p->p_state != PRS_NORMAL || (p->p_flag & (P_WEXIT | P_SYSTEM)) != 0)
		return;
	cancel_opposites(p, sig);
	if (sig == SIGCONT && (p->p_flag & P_STOPPED_SIG) != 0)
		continue_process(p);
	if (sig_is_ignored(p, sig))
		return;
	CTR2(KTR_SIG, "psignal: process %d signal %d", p->p_pid, sig);
	if (!SIGISMEMBER(p->p_siglist, sig)) {
		SIGADDSET(p->p_siglist, sig);
		p->p_sigacts.ps_cause[sig] = cause;
	}
	// Single-threading goes on: only stops by a signal or a debugger end here (D-16).
	if (sig == SIGKILL)
		p->p_flag &= ~(P_STOPPED_SIG | P_STOPPED_TRACE);
	if (SIGISMEMBER(p->p_sigmask, sig))
		return;
	if (sig_default_action(sig) == sig_action::stop && !sig_is_caught(p, sig)) {
		act_on_stops(p);
		if (!SIGISMEMBER(p->p_siglist, sig))
			return;
	}
	signotify(p);
	// The UTS hears of what it catches; its threads sleep on.
	if ((p->p_flag & P_KSES) == 0 || !sig_is_caught(p, sig))
		rouse(p, sig);
}

// for_threads: what of the due signals a thread acts on itself.
static sigset_t for_threads(proc const *p)
{
	sigset_t due = due_set(p);
	for (int sig : stop_signals)
		if (!sig_is_caught(p, sig))
			SIGDELSET(due, sig);
	return (p->p_flag & P_KSES) != 0 ? sigset_andnot(due, p->p_sigacts.ps_catch) : due;
}

bool cursig_is_none(proc const *p)
{
	return SIGISEMPTY(for_threads(p));
}

// Stopping is no action of the thread that finds the signal: it stops where all others do, in
// thread_suspend_check. SIGKILL first: nobody can be asked to wait for its turn.
int cursig(thread *td)
{
	proc *p = td->td_proc;

	p->p_mtx.assert_owned();
	act_on_stops(p);
	if (SIGISMEMBER(p->p_siglist, SIGKILL))
		return SIGKILL;
	return sigset_first(for_threads(p));
}

Errno sig_interrupts(proc const *p, int sig)
{
	bool const restarts = sig_is_caught(p, sig) && !SIGISMEMBER(p->p_sigacts.ps_intr, sig);
	return restarts ? ERESTART : EINTR;
}

// take_action: what sendsig is told about a caught signal; the mask and the action change as they
// shall be in the handler.
static signal_delivery take_action(proc *p, int sig, sig_cause const &cause)
{
	sigacts &acts = p->p_sigacts;
	signal_delivery d{};

	d.sig = sig;
	d.handler = acts.ps_handler[sig];
	d.wants_info = SIGISMEMBER(acts.ps_siginfo, sig);
	d.on_altstack = SIGISMEMBER(acts.ps_onstack, sig);
	d.altstack = p->p_sigstk;
	d.cause = cause;
	d.mask = (p->p_flag & P_OLDMASK) != 0 ? p->p_oldsigmask : p->p_sigmask;
	p->p_flag &= ~uint32_t{P_OLDMASK};
	p->p_sigmask = sigset_or(p->p_sigmask, acts.ps_catchmask[sig]);
	if (!SIGISMEMBER(acts.ps_nodefer, sig))
		SIGADDSET(p->p_sigmask, sig);
	if (SIGISMEMBER(acts.ps_reset, sig))
		SIGDELSET(acts.ps_catch, sig);
	return d;
}

// run_handler: curthread goes on in the handler of a caught signal. A stack that cannot take the
// frame ends the process. p_mtx held in and out, released meanwhile: the analysis cannot see that
// the callers' guards stand for it.
static void run_handler(thread *td, int sig, sig_cause const &cause) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = td->td_proc;
	signal_delivery const d = take_action(p, sig, cause);

	CTR3(KTR_SIG, "handler: process %d thread %p signal %d", p->p_pid, td, sig);
	p->p_mtx.unlock();
	Errno const error = sendsig(td, d);
	if (error != OK)
		printf("pid %d (%s): killed, no stack for the handler of signal %d\n", p->p_pid,
		    p->p_comm, sig);
	p->p_mtx.lock();
	if (error != OK)
		sigexit(td, SIGILL);
}

// The signal stays pending until nobody but this thread is left: if another one is about to exec,
// it is this thread that ends, and the signal is the other's to find.
void postsig(int sig)
{
	thread *td = curthread;
	proc *p = td->td_proc;

	p->p_mtx.assert_owned();
	if (!sig_is_caught(p, sig))
		sigexit(td, sig);
	SIGDELSET(p->p_siglist, sig);
	run_handler(td, sig, p->p_sigacts.ps_cause[sig]);
}

// Callers hold p_mtx through guards that will not unwind: it is released by name.
void sigexit(thread *td, int sig) NO_THREAD_SAFETY_ANALYSIS
{
	td->td_proc->p_mtx.unlock();
	exit1(td, W_EXITCODE(0, sig));
}

// signal_name: of the faults that traps report.
static char const *signal_name(int sig)
{
	switch (sig) {
	case SIGILL:
		return "SIGILL";
	case SIGTRAP:
		return "SIGTRAP";
	case SIGFPE:
		return "SIGFPE";
	case SIGBUS:
		return "SIGBUS";
	case SIGSEGV:
		return "SIGSEGV";
	default:
		return "fault";
	}
}

void trapsignal(thread *td, int sig, int code, uint32_t address)
{
	proc *p = td->td_proc;
	sig_cause const cause{.code = code, .address = address};

	mtx_guard g{p->p_mtx};
	if (sig_is_caught(p, sig) && !SIGISMEMBER(p->p_sigmask, sig)) {
		run_handler(td, sig, cause);
		return;
	}
	// Said once, by the first thread that faults; a mask would only make it fault for ever.
	if ((p->p_flag & (P_WEXIT | P_SINGLE_EXIT)) == 0 && !SIGISMEMBER(p->p_siglist, sig))
		printf("pid %d (%s): %s at %#x, eip %#x, code %d\n", p->p_pid, p->p_comm,
		    signal_name(sig), address, trapframe_pc(td->td_frame), code);
	SIGDELSET(p->p_sigmask, sig);
	SIGDELSET(p->p_sigignore, sig);
	SIGDELSET(p->p_sigacts.ps_catch, sig);
	psignal(p, sig, cause);
}
