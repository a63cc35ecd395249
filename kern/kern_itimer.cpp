// SPDX-License-Identifier: BSD-2-Clause
// Interval timers: real time by a callout, the process's own time by its clock ticks.
// After FreeBSD 5.0 kern_time.c and kern_clock.c.
#include <kern/signalvar.hpp>

#include <kern/callout.hpp>
#include <kern/md.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <sys/time.h>

static constexpr uint64_t ns_per_second = 1000000000;
static constexpr uint64_t ns_per_us = 1000;
static constexpr int us_per_second = 1000000;
static constexpr int32_t seconds_most = 100000000;      // history's limit

static uint64_t tick_ns()
{
	return ns_per_second / static_cast<uint64_t>(hz);
}

// ticks_for: ticks after which `ns` have passed for sure. Bounded: the callout looks at the clock
// and waits again.
static int ticks_for(uint64_t ns)
{
	constexpr uint64_t most = 1u << 20;
	uint64_t const wanted = ns / tick_ns() + 1;
	return static_cast<int>(wanted < most ? wanted : most);
}

// disarm: no call to come; one that another CPU is about to make may still be under way.
static void disarm(proc *p) REQUIRES(sched_lock)
{
	if (callout_stop(&p->p_itcallout) == 1)
		p->p_itarmed--;
}

static void real_due(void *arg);

// arm: the callout comes when ITIMER_REAL is due, `ns` from now.
static void arm(proc *p, uint64_t ns) REQUIRES(sched_lock)
{
	disarm(p);
	p->p_itarmed++;
	callout_reset(&p->p_itcallout, ticks_for(ns), real_due, p);
}

// real_due: the callout of ITIMER_REAL. A timer that was set anew meanwhile only waits again. An
// interval that has passed several times counts once.
static void real_due(void *arg)
{
	auto *p = static_cast<proc *>(arg);
	mtx_guard g{sched_lock};
	itimer &timer = p->p_itimer[ITIMER_REAL];
	uint64_t const now = nanouptime();

	p->p_itarmed--;
	if (timer.it_value == 0)
		return;
	if (now >= timer.it_value) {
		psignal_async(p, SIGALRM);
		if (timer.it_interval == 0) {
			timer.it_value = 0;
			return;
		}
		uint64_t const late = (now - timer.it_value) / timer.it_interval;
		timer.it_value += (late + 1) * timer.it_interval;
	}
	arm(p, timer.it_value - now);
}

// spend: a tick of the process's own time; whether that was the last of the timer.
static bool spend(itimer &timer)
{
	if (timer.it_value == 0)
		return false;
	if (timer.it_value > tick_ns()) {
		timer.it_value -= tick_ns();
		return false;
	}
	timer.it_value = timer.it_interval;
	return true;
}

void itimer_tick(proc *p, bool user)
{
	sched_lock.assert_owned();
	if (user && spend(p->p_itimer[ITIMER_VIRTUAL]))
		psignal_async(p, SIGVTALRM);
	if (spend(p->p_itimer[ITIMER_PROF]))
		psignal_async(p, SIGPROF);
}

void itimer_exit(proc *p)
{
	mtx_guard g{sched_lock};
	for (itimer &timer : p->p_itimer)
		timer = itimer{};
	disarm(p);
	// The function runs on another CPU and wants sched_lock: the process stays until then.
	while (p->p_itarmed != 0) {
		g.unlock();
		(void)tsleep(&p->p_itimer, PWAIT, "itstop", 1);
		g.lock();
	}
}

static timeval to_timeval(uint64_t ns)
{
	uint64_t const us = (ns + ns_per_us - 1) / ns_per_us;
	return {static_cast<time_t>(us / us_per_second),
	    static_cast<suseconds_t>(us % us_per_second)};
}

static uint64_t to_ns(timeval const &tv)
{
	return static_cast<uint64_t>(tv.tv_sec) * ns_per_second +
	    static_cast<uint64_t>(tv.tv_usec) * ns_per_us;
}

static bool is_valid(timeval const &tv)
{
	return tv.tv_sec >= 0 && tv.tv_sec <= seconds_most && tv.tv_usec >= 0 &&
	    tv.tv_usec < us_per_second;
}

// remaining: what getitimer tells of a timer.
static itimerval remaining(proc const *p, int which) REQUIRES(sched_lock)
{
	itimer const &timer = p->p_itimer[which];
	uint64_t left = timer.it_value;
	if (which == ITIMER_REAL && left != 0) {
		uint64_t const now = nanouptime();
		// Due, but the callout has not run: not off yet.
		left = left > now ? left - now : ns_per_us;
	}
	return {to_timeval(timer.it_interval), to_timeval(left)};
}

static void set_timer(proc *p, int which, itimerval const &value) REQUIRES(sched_lock)
{
	itimer &timer = p->p_itimer[which];
	uint64_t const first = to_ns(value.it_value);

	timer = {first, first != 0 ? to_ns(value.it_interval) : 0};
	if (which != ITIMER_REAL)
		return;
	if (first == 0) {
		disarm(p);
		return;
	}
	timer.it_value += nanouptime();
	arm(p, first);
}

// getitimer: what is left of a timer, and its interval.
//   which    ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF
//   errors   EINVAL; EFAULT
//   locks    takes sched_lock
Errno sys_getitimer(thread *td, getitimer_args const &uap)
{
	if (uap.which > ITIMER_PROF)
		return EINVAL;
	itimerval value;
	{	mtx_guard g{sched_lock};
		value = remaining(td->td_proc, static_cast<int>(uap.which));
	}
	return user_out<itimerval>{uap.itv}.store(value);
}

// setitimer: start or stop (it_value 0) a timer: SIGALRM, SIGVTALRM or SIGPROF when it expires.
//   itv      NULL: as getitimer(oitv); oitv: not NULL: gets what was left
//   errors   EINVAL no such timer, a time out of range; EFAULT
//   locks    takes sched_lock
Errno sys_setitimer(thread *td, setitimer_args const &uap)
{
	if (uap.which > ITIMER_PROF)
		return EINVAL;
	if (uap.itv == uaddr{})
		return uap.oitv == uaddr{} ? OK : sys_getitimer(td, {uap.which, uap.oitv});
	itimerval const value = TRY(user_in<itimerval>{uap.itv}.fetch());
	if (!is_valid(value.it_value) || !is_valid(value.it_interval))
		return EINVAL;
	itimerval old;
	{	mtx_guard g{sched_lock};
		old = remaining(td->td_proc, static_cast<int>(uap.which));
		set_timer(td->td_proc, static_cast<int>(uap.which), value);
	}
	return uap.oitv != uaddr{} ? user_out<itimerval>{uap.oitv}.store(old) : OK;
}
