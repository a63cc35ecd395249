// SPDX-License-Identifier: BSD-2-Clause
// Sleep queues: who waits for which address.
// After FreeBSD 5.0 kern_synch.c (slpque); a file of its own is a later-era shape.
#include <kern/sleepq.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>

//   queues[hash] ──► td ──► td ──► td      by arrival; channels that hash alike share a queue
//                    a      b      a       td_wchan
//
// td_wchan is set and TDF_ONSLEEPQ with it exactly while td_slpq is on a queue (TDF_CVWAITQ: that
// of a condition variable).
static constexpr size_t queue_count = 128;

using sleep_queue = tailq<thread, &thread::td_slpq>;

static constinit sleep_queue queues[queue_count] GUARDED_BY(sched_lock){};

// hash: channels are addresses of structures; the low bits say little.
static size_t hash(void const *channel)
{
	return reinterpret_cast<uintptr_t>(channel) >> 8 & (queue_count - 1);
}

void sleepq_enqueue(thread *td, sleep_request const &request)
{
	sched_lock.assert_owned();
	KASSERT(request.channel != nullptr, "sleep (%s) on no channel", request.wmesg);
	KASSERT(!TD_ON_SLEEPQ(td), "thread %p is on a sleep queue (%s) already", td, td->td_wmesg);
	td->td_wchan = request.channel;
	td->td_wmesg = request.wmesg;
	td->td_flags |= TDF_ONSLEEPQ;
	queues[hash(request.channel)].insert_tail(*td);
	KTR(KTR_SLEEP, "sleep", "thread {td} is to wait for {wmesg:s} at {channel:x}", td->td_tid,
	    request.wmesg, request.channel);
}

void unsleep(thread *td)
{
	sched_lock.assert_owned();
	if (!TD_ON_SLEEPQ(td))
		return;
	KASSERT((td->td_flags & TDF_CVWAITQ) == 0, "unsleep of thread %p, which waits for %s", td,
	    td->td_wmesg);
	queues[hash(td->td_wchan)].remove(*td);
	td->td_flags &= ~TDF_ONSLEEPQ;
	td->td_wchan = nullptr;
	td->td_wmesg = nullptr;
}

void sleepq_resume(thread *td)
{
	sched_lock.assert_owned();
	TD_CLR_SLEEPING(td);
	KTR(KTR_SLEEP, "wakeup", "thread {td} is woken and {state:t}", td->td_tid,
	    TD_STATE_WORD(td));
	setrunnable(td);
}

void sleepq_wake(void const *channel, int most)
{
	sleep_queue &queue = queues[hash(channel)];
	thread *next;

	sched_lock.assert_owned();
	for (thread *td = queue.first(); td != nullptr && most != 0; td = next) {
		next = sleep_queue::next(*td);
		if (td->td_wchan != channel)
			continue;
		unsleep(td);
		sleepq_resume(td);
		most--;
	}
}

void sleepq_check()
{
	sched_lock.assert_owned();
	for (size_t i = 0; i < queue_count; i++) {
		for (thread &td : queues[i]) {
			if (td.td_wchan == nullptr || hash(td.td_wchan) != i)
				panic("thread %p sleeps on %p in queue %zu", &td, td.td_wchan, i);
			if ((td.td_flags & (TDF_ONSLEEPQ | TDF_CVWAITQ)) != TDF_ONSLEEPQ)
				panic("thread %p in queue %zu has flags %#x", &td, i,
				    int{td.td_flags});
			if (td.td_state == TDS_INACTIVE || td.td_proc == nullptr)
				panic("thread %p in queue %zu is dead", &td, i);
		}
	}
}
