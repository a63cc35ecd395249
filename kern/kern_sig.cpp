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

static constexpr uint32_t stop_signals =
    sig_bit(SIGSTOP) | sig_bit(SIGTSTP) | sig_bit(SIGTTIN) | sig_bit(SIGTTOU);

// caught_word: the signals that p catches.
static uint32_t caught_word(proc const *p)
{
	return sig_word(p->p_sigacts.ps_catch);
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
	if ((p->p_flag & P_SINGLE_EXIT) != 0)
		return;
	for (uint32_t stops = sig_due(p) & stop_signals & ~caught_word(p); stops != 0;
	    stops &= stops - 1) {
		int const sig = sig_lowest(stops);
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
	if (sig == SIGCONT)
		p->p_siglist.__bits[0] &= ~stop_signals;
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
	KTR(KTR_SIG, "signal", "process {pid} is sent signal {sig}", p->p_pid, sig);
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
static uint32_t for_threads(proc const *p)
{
	uint32_t const caught = caught_word(p);
	uint32_t const due = sig_due(p) & ~(stop_signals & ~caught);
	return (p->p_flag & P_KSES) != 0 ? due & ~caught : due;
}

bool sig_ends_or_stops(proc const *p)
{
	return (p->p_flag & (P_WEXIT | P_STOPPED_SIG)) != 0 || (sig_due(p) & ~caught_word(p)) != 0;
}

bool cursig_is_none(proc const *p)
{
	return for_threads(p) == 0;
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
	uint32_t const mine = for_threads(p);
	return mine != 0 ? sig_lowest(mine) : 0;
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
	bool const suspended = p->p_sigsuspender == curthread;
	signal_delivery const d{
		.sig = sig,
		.handler = acts.ps_handler[sig],
		.wants_info = SIGISMEMBER(acts.ps_siginfo, sig),
		.on_altstack = SIGISMEMBER(acts.ps_onstack, sig),
		.altstack = p->p_sigstk,
		.cause = cause,
		.mask = suspended ? p->p_oldsigmask : p->p_sigmask,
	};

	if (suspended)
		p->p_sigsuspender = nullptr;
	// The mask is the process's. In a KSE process the handler is that of a fault, and another
	// thread may fault meanwhile: that is no fault in the handler.
	if ((p->p_flag & P_KSES) == 0) {
		p->p_sigmask = sigset_or(p->p_sigmask, acts.ps_catchmask[sig]);
		if (!SIGISMEMBER(acts.ps_nodefer, sig))
			SIGADDSET(p->p_sigmask, sig);
	}
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

	KTR(KTR_SIG, "handler", "thread {td} of process {pid} handles signal {sig}", td->td_tid,
	    p->p_pid, sig);
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
