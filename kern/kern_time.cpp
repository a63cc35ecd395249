// SPDX-License-Identifier: BSD-2-Clause
// The calls that tell and spend time.
// After FreeBSD 5.0 kern_time.c.
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <sys/time.h>

static constexpr uint64_t ns_per_second = 1000000000;
static constexpr long ns_most = 999999999;

// realtime: nanoseconds since 1970.
static uint64_t realtime()
{
	return static_cast<uint64_t>(boot_time()) * ns_per_second + nanouptime();
}

static timespec to_timespec(uint64_t ns)
{
	return {static_cast<time_t>(ns / ns_per_second), static_cast<long>(ns % ns_per_second)};
}

// clock_gettime: the time of a clock.
//   clock_id  CLOCK_REALTIME or CLOCK_MONOTONIC
//   errors    EINVAL another clock; EFAULT
Errno sys_clock_gettime(thread *, clock_gettime_args const &uap)
{
	switch (uap.clock_id) {
	case CLOCK_REALTIME:
		return user_out<timespec>{uap.tp}.store(to_timespec(realtime()));
	case CLOCK_MONOTONIC:
		return user_out<timespec>{uap.tp}.store(to_timespec(nanouptime()));
	default:
		return EINVAL;
	}
}

// gettimeofday: time since 1970 in microseconds; the zone is UTC. NULL addresses are fine. EFAULT.
Errno sys_gettimeofday(thread *, gettimeofday_args const &uap)
{
	if (uap.tp != uaddr{}) {
		timespec const now = to_timespec(realtime());
		TRY(user_out<timeval>{uap.tp}.store({now.tv_sec, now.tv_nsec / 1000}));
	}
	if (uap.tzp != uaddr{})
		return user_out<struct timezone>{uap.tzp}.store({});
	return OK;
}

// ticks_until: clock ticks after which `ns` more nanoseconds have passed for sure: one tick may be
// over at once. Bounded: longer sleeps are made of several.
static int ticks_until(uint64_t ns)
{
	constexpr uint64_t most = 1u << 20;
	uint64_t const tick_ns = ns_per_second / static_cast<uint64_t>(hz);
	uint64_t const wanted = (ns + tick_ns - 1) / tick_ns + 1;
	return static_cast<int>(wanted < most ? wanted : most);
}

// stand_still: the process stops, or another thread single-threads it: stop, or end, here rather
// than lose count of the time by running the call again. False: no, a handler is to run, and ends
// the call whatever its flags.
static bool stand_still(thread *td)
{
	mtx_guard g{td->td_proc->p_mtx};
	(void)thread_suspend_check(suspend_mode::may_stop);
	return cursig(td) == 0;
}

// nanosleep: sleep for at least a time.
//   rqtp     how long
//   rmtp     not NULL: gets what is left when a signal or kse_thr_interrupt ends it
//   errors   EFAULT; EINVAL negative, or nanoseconds out of range; EINTR
Errno sys_nanosleep(thread *td, nanosleep_args const &uap)
{
	timespec const wanted = TRY(user_in<timespec>{uap.rqtp}.fetch());
	if (wanted.tv_sec < 0 || wanted.tv_nsec < 0 || wanted.tv_nsec > ns_most)
		return EINVAL;
	uint64_t const until = nanouptime() + static_cast<uint64_t>(wanted.tv_sec) * ns_per_second +
	    static_cast<uint64_t>(wanted.tv_nsec);

	// A channel of its own: nobody wakes it.
	char const channel{};
	for (uint64_t now = nanouptime(); now < until; now = nanouptime()) {
		int const timo = ticks_until(until - now);
		Errno const error = tsleep(&channel, PPAUSE | PCATCH, "nanslp", timo);
		if (error == OK || error == EWOULDBLOCK ||
		    (error == ERESTART && stand_still(td)))
			continue;
		now = nanouptime();
		if (uap.rmtp != uaddr{})
			TRY(user_out<timespec>{uap.rmtp}.store(
			    to_timespec(now < until ? until - now : 0)));
		return EINTR;
	}
	return OK;
}

// yield, sched_yield: let every thread of equal or better priority run first.
Errno sys_yield(thread *td, yield_args const &)
{
	td->td_retval[0] = 0;
	sched_relinquish(td);
	return OK;
}

Errno sys_sched_yield(thread *td, sched_yield_args const &)
{
	td->td_retval[0] = 0;
	sched_relinquish(td);
	return OK;
}
