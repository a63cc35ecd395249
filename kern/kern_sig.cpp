// SPDX-License-Identifier: BSD-2-Clause
// Signals: posting them, and acting on them at the user boundary.
// After FreeBSD 5.0 kern_sig.c, without handlers: a signal ends, stops or does nothing.
#include <kern/signalvar.hpp>

#include <kern/condvar.hpp>
#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>

// Default actions. Ending with a core file is ending: there is nowhere to write one.
enum class sig_action : uint8_t { terminate, ignore, stop };

static sig_action default_action(int sig)
{
	switch (sig) {
	case SIGURG:
	case SIGCONT:
	case SIGCHLD:
	case SIGIO:
	case SIGWINCH:
	case SIGINFO:
		return sig_action::ignore;
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return sig_action::stop;
	default:
		return sig_action::terminate;
	}
}

// first_deliverable: the lowest signal that is pending and not masked, or 0. SIGKILL first: nobody
// can be asked to wait for its turn.
static int first_deliverable(proc const *p)
{
	if (SIGISMEMBER(p->p_siglist, SIGKILL))
		return SIGKILL;
	for (int word = 0; word < _SIG_WORDS; word++) {
		uint32_t const due = p->p_siglist.__bits[word] & ~p->p_sigmask.__bits[word];
		if (due != 0)
			return word * 32 + __builtin_ctz(due) + 1;
	}
	return 0;
}

bool SIGPENDING(proc const *p)
{
	return first_deliverable(p) != 0;
}

void signotify(proc *p)
{
	p->p_mtx.assert_owned();
	if (!SIGPENDING(p))
		return;
	mtx_guard g{sched_lock};
	p->p_sflag |= PS_NEEDSIGCHK;
	thread_mark_boundary(p);
}

// act_on_stops: stop signals that are due stop the process. Not while it is being single-threaded
// for its end or for exec: there they wait.
static void act_on_stops(proc *p)
{
	for (int sig : {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU}) {
		if (!SIGISMEMBER(p->p_siglist, sig) || SIGISMEMBER(p->p_sigmask, sig) ||
		    (p->p_flag & P_SINGLE_EXIT) != 0)
			continue;
		SIGDELSET(p->p_siglist, sig);
		stop_process(p, sig);
	}
}

// tdsignal: get one thread of a process that shall end to the boundary: an interruptible sleep is
// cut short. A thread that is suspended as well stays so.
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
	if (default_action(sig) == sig_action::stop)
		SIGDELSET(p->p_siglist, SIGCONT);
	if (sig != SIGCONT)
		return;
	for (int other : {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU})
		SIGDELSET(p->p_siglist, other);
}

void psignal(proc *p, int sig)
{
	p->p_mtx.assert_owned();
	KASSERT(sig > 0 && sig <= _SIG_MAXSIG, "signal %d", sig);
	if (p->p_state != PRS_NORMAL || (p->p_flag & (P_WEXIT | P_SYSTEM)) != 0)
		return;
	cancel_opposites(p, sig);
	if (sig == SIGCONT && (p->p_flag & P_STOPPED_SIG) != 0)
		continue_process(p);
	if (default_action(sig) == sig_action::ignore || SIGISMEMBER(p->p_sigignore, sig))
		return;
	CTR2(KTR_SIG, "psignal: process %d signal %d", p->p_pid, sig);
	SIGADDSET(p->p_siglist, sig);
	signotify(p);
	// Single-threading goes on: only stops by a signal or a debugger end here (D-16).
	if (sig == SIGKILL)
		p->p_flag &= ~(P_STOPPED_SIG | P_STOPPED_TRACE);
	if (SIGISMEMBER(p->p_sigmask, sig))
		return;
	if (default_action(sig) == sig_action::stop) {
		act_on_stops(p);
		return;
	}
	mtx_guard g{sched_lock};
	if (sig == SIGKILL)
		thread_unsuspend(p);
	for (thread &td : p->p_threads)
		tdsignal(&td);
}

// Stopping is no action of the thread that finds the signal: it stops where all others do, in
// thread_suspend_check.
int cursig(thread *td)
{
	proc *p = td->td_proc;

	p->p_mtx.assert_owned();
	act_on_stops(p);
	int const sig = first_deliverable(p);
	return sig != 0 && default_action(sig) == sig_action::stop ? 0 : sig;
}

// The signal stays pending until nobody but this thread is left: if another one is about to exec,
// it is this thread that ends, and the signal is the other's to find.
void postsig(int sig)
{
	thread *td = curthread;

	td->td_proc->p_mtx.assert_owned();
	sigexit(td, sig);
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

	mtx_guard g{p->p_mtx};
	// Said once, by the first thread that faults; a mask would only make it fault for ever.
	if ((p->p_flag & (P_WEXIT | P_SINGLE_EXIT)) == 0 && !SIGISMEMBER(p->p_siglist, sig))
		printf("pid %d (%s): %s at %#x, eip %#x, code %d\n", p->p_pid, p->p_comm,
		    signal_name(sig), address, trapframe_pc(td->td_frame), code);
	SIGDELSET(p->p_sigmask, sig);
	SIGDELSET(p->p_sigignore, sig);
	psignal(p, sig);
}

// may_signal: what stands against a signal from user mode to this process.
static Errno may_signal(proc const *p, int sig)
{
	if (sig == 0)
		return OK;
	// Kernel processes have no user boundary; without init the system is lost.
	return proc_is_kernel(p) || p == initproc ? EPERM : OK;
}

static Errno kill_one(int pid, int sig)
{
	mtx_guard tree{proctree_lock};
	proc *p = pfind(pid);
	if (p == nullptr)
		// A zombie is there, but nothing can happen to it any more.
		return zpfind(pid) != nullptr ? OK : ESRCH;
	TRY(may_signal(p, sig));
	mtx_guard g{p->p_mtx};
	if (sig != 0)
		psignal(p, sig);
	return OK;
}

// kill_all: every process that may be signalled but the caller.
static Errno kill_all(thread *td, int sig)
{
	bool found = false;
	mtx_guard tree{proctree_lock};
	for (proc &p : allproc) {
		if (&p == td->td_proc || p.p_state != PRS_NORMAL || proc_is_kernel(&p) ||
		    &p == initproc)
			continue;
		mtx_guard g{p.p_mtx};
		if (sig != 0)
			psignal(&p, sig);
		found = true;
	}
	return found ? OK : ESRCH;
}

// kill: post a signal.
//   pid      a process; -1: all but the kernel's, init and the caller. There are no process groups
//   signum   0: only look whether the process exists
//   errors   EINVAL no such signal; ESRCH; EPERM init and the kernel's processes; EOPNOTSUPP
//            groups
//   locks    Giant held; takes proctree_lock, p_mtx
Errno sys_kill(thread *td, kill_args const &uap)
{
	if (uap.signum < 0 || uap.signum >= NSIG)
		return EINVAL;
	if (uap.pid > 0)
		return kill_one(uap.pid, uap.signum);
	return uap.pid == -1 ? kill_all(td, uap.signum) : EOPNOTSUPP;
}
