// SPDX-License-Identifier: BSD-2-Clause
// Sleeping, waking up, and the switch from one thread to the next.
// After FreeBSD 5.0-CURRENT kern_synch.c; the queues are in subr_sleepqueue.cpp.
#include <kern/sleepq.hpp>

#include <kern/condvar.hpp>
#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/thread.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

// --- sleeping ------------------------------------------------------------------------------------

// How a sleep ended.
struct sleep_end final {
	bool timed_out;         // the timeout took the thread off its queue
	bool interrupted;       // kse_thr_interrupt did, or would have
	bool catching;          // signals count
	int  sig;               // found before it slept; SIGSTOP when it was to be suspended
};

// leave_queue: td off whatever queue it sleeps on.
static void leave_queue(thread *td) REQUIRES(sched_lock)
{
	if ((td->td_flags & TDF_CVWAITQ) != 0)
		cv_waitq_remove(td);
	else
		unsleep(td);
}

// endtsleep: the callout of a timed sleep. The thread may have been woken since it came due, and
// wait in stop_timeout for us to be done with it.
static void endtsleep(void *arg)
{
	thread *td = static_cast<thread *>(arg);

	mtx_guard g{sched_lock};
	KTR(KTR_SLEEP, "timeout", "the time is up for which thread {td} would sleep", td->td_tid);
	if (TD_ON_SLEEPQ(td)) {
		leave_queue(td);
		td->td_flags |= TDF_TIMEOUT;
	} else {
		td->td_flags |= TDF_TIMOFAIL;
	}
	sleepq_resume(td);
}

// stop_timeout: afterwards endtsleep will not run for this sleep. Whether it had ended the sleep.
static bool stop_timeout(thread *td, int timo) REQUIRES(sched_lock)
{
	if ((td->td_flags & TDF_TIMEOUT) != 0) {
		td->td_flags &= ~TDF_TIMEOUT;
		return true;
	}
	if ((td->td_flags & TDF_TIMOFAIL) != 0) {
		td->td_flags &= ~TDF_TIMOFAIL;
		return false;
	}
	if (timo == 0 || callout_stop(&td->td_slpcallout) == 1)
		return false;
	// endtsleep runs on another CPU and wants sched_lock. It must not find td in a later sleep:
	// let it have its turn. TDF_TIMEOUT keeps abortsleep away meanwhile.
	td->td_flags |= TDF_TIMEOUT;
	TD_SET_SLEEPING(td);
	mi_switch();
	td->td_flags &= ~(TDF_TIMEOUT | TDF_TIMOFAIL);
	return false;
}

// nothing_to_look_at: no signal for p's threads, and nobody wants them to stop. Under sched_lock:
// who changes that takes sched_lock afterwards, to find those that sleep.
static bool nothing_to_look_at(proc const *p)
{
	return (p->p_sflag & PS_NEEDSIGCHK) == 0 && P_SHOULDSTOP(p) == 0;
}

// look_for_signal: td is queued and about to sleep interruptibly: the signal that forbids it,
// SIGSTOP when the process stops or is single-threaded, or 0. sched_lock is released meanwhile, so
// td may be woken here.
static int look_for_signal(thread *td) REQUIRES(sched_lock)
{
	proc *p = td->td_proc;

	td->td_flags |= TDF_SINTR;
	if (nothing_to_look_at(p))
		return 0;
	sched_lock.unlock();
	p->p_mtx.lock();
	int sig = cursig(td);
	if (sig == 0 && thread_suspend_check(suspend_mode::return_instead) != OK)
		sig = SIGSTOP;
	// In this order: a signal is posted under p_mtx and acted on under sched_lock, so one that
	// comes now finds td asleep.
	sched_lock.lock();
	p->p_mtx.unlock();
	return sig;
}

// sleep_queued: td has just been queued: sleep until it is off the queue again.
static sleep_end sleep_queued(thread *td, sleep_request const &request) REQUIRES(sched_lock)
{
	sleep_end end{};
	int const pri = request.pri & PRIMASK;

	if (request.timo != 0)
		callout_reset(&td->td_slpcallout, request.timo, endtsleep, td);
	if ((request.pri & PCATCH) != 0) {
		end.sig = look_for_signal(td);
		// Woken already and no signal: the sleep has succeeded.
		end.catching = end.sig != 0 || TD_ON_SLEEPQ(td);
		bool const refuse = end.sig != 0 || (td->td_flags & TDF_INTERRUPT) != 0;
		if (refuse && TD_ON_SLEEPQ(td)) {
			leave_queue(td);
			KTR(KTR_SLEEP, "no sleep",
			    "thread {td} does not sleep: signal {sig}, or an interruption",
			    td->td_tid, end.sig);
		}
	}
	sched_sleep(td, pri != 0 ? static_cast<uint8_t>(pri) : td->td_priority);
	if (TD_ON_SLEEPQ(td)) {
		TD_SET_SLEEPING(td);
		mi_switch();
	}
	td->td_flags &= ~TDF_SINTR;
	end.timed_out = stop_timeout(td, request.timo);
	if (end.catching && !end.timed_out && (td->td_flags & TDF_INTERRUPT) != 0) {
		td->td_flags &= ~TDF_INTERRUPT;
		end.interrupted = true;
	}
	return end;
}

// sleep_result: what the sleeper is told. A stop or single-threading restarts the system call; a
// signal ends it, and so does kse_thr_interrupt, whatever else there is.
static Errno sleep_result(thread *td, sleep_end const &end)
{
	if (end.timed_out && end.sig == 0)
		return EWOULDBLOCK;
	if (!end.catching)
		return OK;
	if (end.interrupted)
		return EINTR;
	if (end.sig == SIGSTOP)
		return ERESTART;
	// Without the lock: a signal that ended the sleep left its mark first.
	if (end.sig == 0 && (td->td_proc->p_sflag & PS_NEEDSIGCHK) == 0)
		return OK;
	mtx_guard g{td->td_proc->p_mtx};
	int const sig = end.sig != 0 ? end.sig : cursig(td);
	return sig != 0 ? sig_interrupts(td->td_proc, sig) : OK;
}

// must_back_out: an interruptible sleep in a process that ends without this thread.
static bool must_back_out(thread *td, int pri)
{
	proc const *p = td->td_proc;
	// Unlocked: the flags are set for good, and seen again, locked, on the way to user mode.
	return (pri & PCATCH) != 0 && (p->p_flag & P_WEXIT) != 0 && p->p_singlethread != nullptr &&
	    p->p_singlethread != td;
}

// interlock: the lock that a sleeper gives up, or null.
static lock_object const *interlock(sleep_request const &request)
{
	if (request.spin != nullptr)
		return &request.spin->object();
	return request.mutex != nullptr ? &request.mutex->object() : nullptr;
}

// The mutex that is given up may be null, and is released inside another lock's section: the
// analysis can follow neither.
NO_THREAD_SAFETY_ANALYSIS
Errno sleep_on(sleep_request const &request)
{
	thread *td = curthread;
	mtx *m = request.mutex;
	bool const drop = m == nullptr || (request.pri & PDROP) != 0;

	KASSERT(TD_IS_RUNNING(td), "sleep (%s) of thread %p in state %#x", request.wmesg, td,
	    td->td_state);
	KASSERT(get_pcpu()->pc_idlethread != nullptr, "sleep (%s) before there is an idle thread",
	    request.wmesg);
	if constexpr (config::invariants)
		witness_sleep_check(interlock(request), request.wmesg);
	if ((td->td_proc->p_flag & P_KSES) != 0) {
		if (must_back_out(td, request.pri)) {
			if (m != nullptr && drop)
				m->unlock();    // D-33
			return EINTR;
		}
		thread_block_upcall(td);
	}
	Errno error;
	{	mtx_guard g{sched_lock};
		// Under sched_lock, so that a wakeup by whoever gets Giant or m next comes after
		// the queueing.
		giant_drop no_giant;
		request.enqueue(td, request);
		if (m != nullptr) {
			KASSERT(m->owned() && m->recursion() == 0,
			    "sleep (%s) with mutex %s held %u times", request.wmesg,
			    m->object().name, m->recursion() + m->owned());
			m->unlock();
		}
		if (request.spin != nullptr)
			request.spin->unlock();
		sleep_end const end = sleep_queued(td, request);
		g.unlock();
		// A signal may stop the process in here: Giant is not back yet.
		error = sleep_result(td, end);
	}
	if (!drop)
		m->lock();
	if (request.spin != nullptr)
		request.spin->lock();
	return error;
}

Errno msleep(void const *channel, mtx *m, int pri, char const *wmesg, int timo)
{
	KASSERT(m != nullptr || timo != 0 || Giant.owned(),
	    "sleep (%s) for ever, with no lock that keeps a wakeup from coming first", wmesg);
	return sleep_on({channel, m, pri, wmesg, timo, sleepq_enqueue});
}

Errno msleep_spin(void const *channel, spin_mtx &m, int pri, char const *wmesg, int timo)
{
	KASSERT(m.owned() && m.recursion() == 0, "sleep (%s) without its spin mutex", wmesg);
	return sleep_on({channel, nullptr, pri, wmesg, timo, sleepq_enqueue, &m});
}

void wakeup(void const *channel)
{
	mtx_guard g{sched_lock};
	sleepq_wake(channel, -1);
}

void wakeup_one(void const *channel)
{
	mtx_guard g{sched_lock};
	sleepq_wake(channel, 1);
}

void abortsleep(thread *td)
{
	sched_lock.assert_owned();
	if ((td->td_flags & (TDF_SINTR | TDF_TIMEOUT)) != TDF_SINTR || !TD_ON_SLEEPQ(td))
		return;
	unsleep(td);
	sleepq_resume(td);
}

// --- the switch ----------------------------------------------------------------------------------

// switched_in: curthread has just come to this CPU, on its own stack, with sched_lock held in the
// name of the thread that ran here before.
static void switched_in() REQUIRES(sched_lock)
{
	thread *td = curthread;

	// HANDOVER: sched_lock, from the thread that chose us in cpu_switch or cpu_throw.
	sched_lock.assign_owner(td);
	thread_bury();
	pcpu *pc = get_pcpu();
	td->td_kse->ke_oncpu = static_cast<uint8_t>(pc->pc_cpuid);
	pc->pc_switchticks = static_cast<uint32_t>(ticks);
}

// charge: the time since the last switch on this CPU was td's.
static void charge(thread *td) REQUIRES(sched_lock)
{
	pcpu *pc = get_pcpu();
	uint64_t const now = nanouptime();

	td->td_runtime += now - pc->pc_switchtime;
	pc->pc_switchtime = now;
}

static void assert_may_switch(thread *td) REQUIRES(sched_lock)
{
	sched_lock.assert_owned();
	KASSERT(sched_lock.recursion() == 0, "mi_switch with sched_lock held %u times",
	    sched_lock.recursion() + 1);
	KASSERT(td->td_critnest == 1, "mi_switch in %u critical sections", td->td_critnest);
	KASSERT(!intr_enabled(), "mi_switch with interrupts on");
	KASSERT(get_pcpu()->pc_intr_nesting == 0, "mi_switch in an interrupt handler");
	KASSERT(TD_IS_RUNNING(td) || TD_IS_INHIBITED(td), "mi_switch of thread %p in state %#x", td,
	    td->td_state);
	KASSERT(TD_IS_RUNNING(td) || TD_ON_LOCK(td) || !Giant.owned(),
	    "mi_switch of thread %p, inhibited by %#x, with Giant held", td, td->td_inhibitors);
}

void mi_switch()
{
	thread *td = curthread;
	kse *ke = td->td_kse;

	assert_may_switch(td);
	charge(td);
	td->td_lastcpu = ke->ke_oncpu;
	td->td_last_kse = ke;
	ke->ke_oncpu = NOCPU;
	ke->ke_flags &= ~KEF_NEEDRESCHED;
	if ((td->td_flags & TDF_IDLETD) != 0)
		TD_SET_CAN_RUN(td);             // chosen by name when nothing else is there
	else if (TD_IS_RUNNING(td))
		setrunqueue(td);
	else if ((td->td_proc->p_flag & P_KSES) != 0)
		kse_reassign(ke);
	// HANDOVER: sched_lock goes to the thread that cpu_switch chooses, and comes back from the
	// one that chooses td. Then ke may be another's and the CPU another one: neither is used
	// below.
	cpu_switch();
	switched_in();
}

void fork_exit(void (*func)(void *, trapframe *), void *arg, trapframe *frame)
{
	thread *td = curthread;

	// A first switch leads here, not to the end of mi_switch: the critical section in which
	// sched_lock is held begins with the thread.
	td->td_critnest = 1;
	td->td_md_savecrit = intr_flags_on;
	{	// HANDOVER: sched_lock, from the thread that chose us; released at the block's end.
		mtx_guard g{adopt, sched_lock};
		switched_in();
		KASSERT(td->td_sleeplocks.count == 0, "thread %p is born with %u locks", td,
		    td->td_sleeplocks.count);
		if constexpr (config::invariants)
			witness_acquired(sched_lock.object());
		KASSERT(TD_IS_RUNNING(td), "thread %p begins in state %#x", td, td->td_state);
	}
	func(arg, frame);
	// Kernel processes end by kthread_exit: there is no user mode to return to.
	if ((td->td_proc->p_flag & P_KTHREAD) != 0)
		panic("kernel process %s returned from its function", td->td_proc->p_comm);
}
