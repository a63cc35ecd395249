// SPDX-License-Identifier: BSD-2-Clause
// Condition variables: a queue of waiters of its own, the sleep of msleep.
// After FreeBSD 5.0 kern_condvar.c.
#include <kern/condvar.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>
#include <kern/sleepq.hpp>

// enqueue_waiter: td to the end of the condition variable that is the request's channel.
static void enqueue_waiter(thread *td, sleep_request const &request) REQUIRES(sched_lock)
{
	// The waits below pass their object as the channel, which is const to all others.
	cv *c = const_cast<cv *>(static_cast<cv const *>(request.channel));

	sched_lock.assert_owned();
	KASSERT(!TD_ON_SLEEPQ(td), "thread %p is on a sleep queue (%s) already", td, td->td_wmesg);
	td->td_wchan = c;
	td->td_wmesg = request.wmesg;
	td->td_flags |= TDF_ONSLEEPQ | TDF_CVWAITQ;
	c->cv_waitq.insert_tail(*td);
	KTR(KTR_SLEEP, "sleep", "thread {td} is to wait for {wmesg:s} at {channel:x}", td->td_tid,
	    request.wmesg, request.channel);
}

void cv_waitq_remove(thread *td)
{
	sched_lock.assert_owned();
	KASSERT(TD_ON_SLEEPQ(td) && (td->td_flags & TDF_CVWAITQ) != 0,
	    "thread %p waits for no condition variable", td);
	cv *c = const_cast<cv *>(static_cast<cv const *>(td->td_wchan));
	c->cv_waitq.remove(*td);
	td->td_flags &= ~(TDF_ONSLEEPQ | TDF_CVWAITQ);
	td->td_wchan = nullptr;
	td->td_wmesg = nullptr;
}

void cv_abort(thread *td)
{
	sched_lock.assert_owned();
	if ((td->td_flags & (TDF_SINTR | TDF_TIMEOUT)) != TDF_SINTR)
		return;
	if (!TD_ON_SLEEPQ(td) || (td->td_flags & TDF_CVWAITQ) == 0)
		return;
	cv_waitq_remove(td);
	sleepq_resume(td);
}

void cv::wait(mtx &m)
{
	Errno const error = sleep_on({this, &m, 0, cv_description, 0, enqueue_waiter});
	KASSERT(error == OK, "uninterruptible wait for %s ends with %d", cv_description,
	    static_cast<int>(error));
}

Errno cv::wait_sig(mtx &m)
{
	return sleep_on({this, &m, PCATCH, cv_description, 0, enqueue_waiter});
}

Errno cv::timedwait(mtx &m, int timo)
{
	return sleep_on({this, &m, 0, cv_description, timo, enqueue_waiter});
}

Errno cv::timedwait_sig(mtx &m, int timo)
{
	return sleep_on({this, &m, PCATCH, cv_description, timo, enqueue_waiter});
}

// wake_first: the longest waiting thread. Whether there was one.
static bool wake_first(cv *c) REQUIRES(sched_lock)
{
	thread *td = c->cv_waitq.first();
	if (td == nullptr)
		return false;
	cv_waitq_remove(td);
	sleepq_resume(td);
	return true;
}

void cv::signal()
{
	mtx_guard g{sched_lock};
	wake_first(this);
}

void cv::broadcast()
{
	mtx_guard g{sched_lock};
	while (wake_first(this))
		continue;
}
