// SPDX-License-Identifier: BSD-2-Clause
// Queues of threads blocked on mutexes, and the priorities that they lend to the owners.
// After FreeBSD 5.0 kern_mutex.c (propagate_priority); see the drawing in turnstile.hpp.
#include <kern/turnstile.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>
#include <machine/pcpu.hpp>

// queue_sorted: td into m's queue, after its equals.
static void queue_sorted(mtx &m, thread *td) REQUIRES(sched_lock)
{
	for (thread &other : m.mtx_blocked) {
		if (other.td_priority > td->td_priority) {
			m.mtx_blocked.insert_before(other, *td);
			return;
		}
	}
	m.mtx_blocked.insert_tail(*td);
}

// requeue: td, blocked, to the place that its priority gives it now.
static void requeue(thread *td) REQUIRES(sched_lock)
{
	td->td_blocked->mtx_blocked.remove(*td);
	queue_sorted(*td->td_blocked, td);
}

// own_contested: m joins the contested mutexes of td, whose own priority is noted with the first.
static void own_contested(thread *td, mtx &m) REQUIRES(sched_lock)
{
	if (td->td_contested.empty())
		td->td_base_pri = td->td_priority;
	td->td_contested.insert_head(m);
}

void propagate_priority(thread *td)
{
	uint8_t const pri = td->td_priority;

	sched_lock.assert_owned();
	for (;;) {
		mtx *m = td->td_blocked;
		thread *owner = m->owner();
		// No owner: whoever takes the mutex next adopts its queue and its best priority.
		if (owner == nullptr || owner->td_priority <= pri)
			return;
		if (TD_IS_SLEEPING(owner))
			panic("thread %p sleeps on %s with mutex %s held", owner, owner->td_wmesg,
			    m->object().name);
		if (TD_ON_RUNQ(owner)) {
			adjustrunqueue(owner, pri);
			return;
		}
		owner->td_priority = pri;
		KTR(KTR_SCHED, "prio", "thread {td} is lent priority {pri} by thread {by}",
		    owner->td_tid, pri, td->td_tid);
		if (!TD_ON_LOCK(owner))
			return;
		requeue(owner);
		td = owner;
	}
}

uint8_t turnstile_lent(thread const *td, uint8_t pri)
{
	sched_lock.assert_owned();
	for (mtx const &m : td->td_contested) {
		uint8_t const lent = m.mtx_blocked.first()->td_priority;
		if (lent < pri)
			pri = lent;
	}
	return pri;
}

void turnstile_adjust(thread *td)
{
	sched_lock.assert_owned();
	KASSERT(TD_ON_LOCK(td), "turnstile_adjust of thread %p, which is not blocked", td);
	requeue(td);
	propagate_priority(td);
}

void turnstile_block(mtx &m)
{
	thread *td = curthread;
	thread *owner = m.owner();

	sched_lock.assert_owned();
	KASSERT(owner != nullptr && owner != td, "thread %p blocks on %s, owned by %p", td,
	    m.object().name, owner);
	KASSERT(m.mtx_blocked.empty() == !m.mtx_contested.linked(),
	    "mutex %s with waiters is not listed by its owner", m.object().name);
	if (m.mtx_blocked.empty())
		own_contested(owner, m);
	queue_sorted(m, td);
	td->td_blocked = &m;
	td->td_lockname = m.object().name;
	TD_SET_LOCK(td);
	propagate_priority(td);
	KTR(KTR_LOCK, "contest", "thread {td} waits for {lock:s}, which thread {owner} has",
	    td->td_tid, td->td_lockname, owner->td_tid);
	mi_switch();
}

void turnstile_adopt(mtx &m)
{
	thread *td = curthread;

	sched_lock.assert_owned();
	own_contested(td, m);
	td->td_priority = turnstile_lent(td, td->td_priority);
	KTR(KTR_SCHED, "prio", "thread {td} is lent priority {pri} with a lock", td->td_tid,
	    td->td_priority);
}

thread *turnstile_release(mtx &m)
{
	thread *td = curthread;
	thread *waiter = m.mtx_blocked.remove_head();

	sched_lock.assert_owned();
	KASSERT(waiter != nullptr && waiter->td_blocked == &m,
	    "contested mutex %s has no waiter of its own", m.object().name);
	td->td_contested.remove(m);
	td->td_priority = turnstile_lent(td, td->td_base_pri);
	KTR(KTR_SCHED, "prio", "thread {td} has priority {pri} after a lock", td->td_tid,
	    td->td_priority);
	waiter->td_blocked = nullptr;
	waiter->td_lockname = nullptr;
	return waiter;
}
