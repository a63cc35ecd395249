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

// What a wait4 may be told of a child.
enum class news : uint8_t { none, ended, stopped, continued };

static bool fits(proc const &p, wait4_args const &uap)
{
	if (uap.pid > 0)
		return p.p_pid == uap.pid;
	return uap.pid == WAIT_ANY || p.p_pgid + uap.pid == 0;
}

static bool stop_is_news(proc const &p) REQUIRES(sched_lock)
{
	return process_stopped(&p) && (p.p_flag & P_WAITED) == 0;
}

static news news_of(proc const &p, int options) REQUIRES(proctree_lock)
{
	// In another call's hands.
	if (p.p_waiting)
		return news::none;
	if (p.p_state == PRS_ZOMBIE)
		return news::ended;
	mtx_guard g{sched_lock};
	if ((options & WUNTRACED) != 0 && stop_is_news(p))
		return news::stopped;
	if ((options & WCONTINUED) != 0 && (p.p_flag & P_CONTINUED) != 0)
		return news::continued;
	return news::none;
}

// A child whose news are ours to tell; its status word.
struct claimed_child final {
	proc *p;
	news  what;
	int   status;
};

// mark_told: the stop or continuation that is now is being told. At once, and taken back if it
// could not be: what comes while it is handed out is new.
static void mark_told(proc &p, news what) REQUIRES(proctree_lock)
{
	mtx_guard g{p.p_mtx};
	if (what == news::stopped)
		p.p_flag |= P_WAITED;
	else
		p.p_flag &= ~uint32_t{P_CONTINUED};
}

// find_child: claim a child that fits and has news; p null when there are none. *waitable tells
// whether any child fits.
static claimed_child find_child(proc *parent, wait4_args const &uap, bool *waitable)
    REQUIRES(proctree_lock)
{
	*waitable = false;
	for (proc &p : parent->p_children) {
		if (!fits(p, uap))
			continue;
		*waitable = true;
		news const what = news_of(p, uap.options);
		if (what == news::none)
			continue;
		p.p_waiting = true;
		if (what == news::ended)
			return {&p, what, p.p_xstat};
		mark_told(p, what);
		return {&p, what, what == news::stopped ? W_STOPCODE(p.p_xstat) : SIGCONT};
	}
	return {nullptr, news::none, 0};
}

// enqueue_unless_stopped: the `enqueue` of a wait4 that wants to hear of stops: a child whose last
// thread has stopped since we looked has sent its wakeup already. The channel is the parent.
// Called with both locks held, which the analysis cannot see through the pointer.
static void enqueue_unless_stopped(thread *td, sleep_request const &request)
    NO_THREAD_SAFETY_ANALYSIS
{
	auto const &uap = *static_cast<wait4_args const *>(request.arg);
	for (proc const &p : static_cast<proc const *>(request.channel)->p_children)
		if (fits(p, uap) && !p.p_waiting && stop_is_news(p))
			return;
	sleepq_enqueue(td, request);
}

// claim_child: wait for news of a child. p null without error: WNOHANG, and there are none. ECHILD,
// EINTR, ERESTART.
static result<claimed_child> claim_child(proc *parent, wait4_args const &uap)
{
	mtx_guard g{proctree_lock};
	for (;;) {
		bool waitable;
		claimed_child const child = find_child(parent, uap, &waitable);
		if (child.p == nullptr && !waitable)
			return fail(ECHILD);
		if (child.p != nullptr || (uap.options & WNOHANG) != 0)
			return child;
		auto *enqueue = (uap.options & WUNTRACED) != 0 ? enqueue_unless_stopped
							       : sleepq_enqueue;
		TRY(sleep_on({parent, &proctree_lock, PWAIT | PCATCH, "wait", 0, enqueue, nullptr,
		    &uap}));
	}
}

// unclaim_child: the child can be waited for again; what could not be told is news again unless it
// is over. It may have ended meanwhile, and gone to init when its parent wants no zombies.
static void unclaim_child(claimed_child const &child, bool told)
{
	mtx_guard tree{proctree_lock};
	mtx_guard g{child.p->p_mtx};
	child.p->p_waiting = false;
	bool const stopped = (child.p->p_flag & P_STOPPED_SIG) != 0;
	if (!told && child.what == news::stopped && stopped)
		child.p->p_flag &= ~uint32_t{P_WAITED};
	else if (!told && child.what == news::continued && !stopped)
		child.p->p_flag |= P_CONTINUED;
	wakeup(child.p->p_pptr);
}

static Errno hand_out(claimed_child const &child, wait4_args const &uap)
{
	if (uap.status != uaddr{})
		TRY(store_word(uap.status, static_cast<uint32_t>(child.status)));
	if (uap.rusage == uaddr{})
		return OK;
	// One that lives on has used what its ended threads used, which is not all.
	rusage const ru = child.what == news::ended ? usage_of(child.p) : rusage{};
	return user_out<rusage>{uap.rusage}.store(ru);
}

// wait4: what became of a child; one that has ended is forgotten.
//   pid      its number; WAIT_ANY; WAIT_MYPGRP, one of the caller's group; or less, of group -pid
//   status   not NULL: gets the wait status; rusage likewise the CPU time used, 0 unless it ended
//   options  WNOHANG: do not wait; WUNTRACED: tell of stops, too; WCONTINUED: of continuations
//   result   its number; 0 with WNOHANG when there is nothing to tell
//   errors   EINVAL; ECHILD; EINTR; EFAULT: the child can still be waited for
//   locks    Giant held; takes proctree_lock, p_mtx
Errno sys_wait4(thread *td, wait4_args const &args)
{
	proc *parent = td->td_proc;
	wait4_args uap = args;

	if ((uap.options & ~(WNOHANG | WUNTRACED | WCONTINUED)) != 0)
		return EINVAL;
	if (uap.pid == WAIT_MYPGRP)
		uap.pid = -parent->p_pgid;
	claimed_child const child = TRY(claim_child(parent, uap));
	td->td_retval[0] = child.p != nullptr ? static_cast<uint32_t>(child.p->p_pid) : 0;
	if (child.p == nullptr)
		return OK;
	Errno const error = hand_out(child, uap);
	if (error == OK && child.what == news::ended)
		proc_reap(child.p);
	else
		unclaim_child(child, error == OK);
	// Another thread of this process may wait for the same child.
	wakeup(parent);
	return error;
}
