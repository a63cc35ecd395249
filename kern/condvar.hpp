// SPDX-License-Identifier: BSD-2-Clause
// Condition variables for the kernel.
// After FreeBSD 5.0 condvar(9).
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>

// cv: waiters in order of arrival. All waits release `m`, owned once, and take it again; Giant is
// dropped meanwhile; re-test the condition in a loop. Description at most 8 letters.
class cv final {
public:
	constexpr explicit cv(char const *description) : cv_description{description} {}

	void wait(mtx &m);
	Errno wait_sig(mtx &m);                 // EINTR or ERESTART when interrupted
	Errno timedwait(mtx &m, int timo);      // EWOULDBLOCK after timo ticks
	Errno timedwait_sig(mtx &m, int timo);
	void signal();                          // wake the longest waiting; sched_lock may be held
	void broadcast();                       // wake all
	bool has_waiters() const { return !cv_waitq.empty(); }

	tailq<thread, &thread::td_slpq> cv_waitq{};     // (j)
	char const *cv_description;
};

// cv_abort: end td's interruptible wait, as if interrupted (counterpart of abortsleep).
void cv_abort(thread *td) REQUIRES(sched_lock);
// cv_waitq_remove: take td off its condition variable's queue (counterpart of unsleep).
void cv_waitq_remove(thread *td) REQUIRES(sched_lock);
