// SPDX-License-Identifier: BSD-2-Clause
// Sleep and wakeup: wait channels in 128 hashed queues.
// After FreeBSD sleep(9), kern_synch.c; the queues in a file of their own, a later-era shape.
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>

// Or-ed into the priority argument of msleep.
inline constexpr int PRIMASK = 0x0ff;
inline constexpr int PCATCH = 0x100;    // signals and suspension interrupt the sleep
inline constexpr int PDROP = 0x200;     // do not take the mutex again

// msleep: sleep on `channel` until wakeup(channel), with `m` (may be null) released meanwhile.
//   pri     priority to wake with (PWAIT, PZERO...), or 0 to keep; or-ed with PCATCH, PDROP
//   wmesg   why, at most 8 letters
//   timo    ticks, 0 for ever
//   result  OK; EWOULDBLOCK after timo; with PCATCH: EINTR, or ERESTART when the call should be
//           restarted. Spurious wakeups do not happen, but several may wake: re-test in a loop.
//   locks   m owned once, given back owned, unless PDROP, on every return (D-33). Giant dropped at
//           any depth and taken back. No other lock. Thread context.
// A thread that carries a user thread schedules its group's upcall first: thread_block_upcall.
Errno msleep(void const *channel, mtx *m, int pri, char const *wmesg, int timo);
inline Errno tsleep(void const *channel, int pri, char const *wmesg, int timo)
{
	return msleep(channel, nullptr, pri, wmesg, timo);
}

// msleep_spin: msleep whose interlock is a spin mutex of a rank below sched_lock: for state that
// interrupt handlers change under it before they call wakeup(). m owned once, in and out.
Errno msleep_spin(void const *channel, spin_mtx &m, int pri, char const *wmesg, int timo);

// wakeup, wakeup_one: all sleepers on the channel, or the longest waiting. Any context; sched_lock
// may be held or not.
void wakeup(void const *channel);
void wakeup_one(void const *channel);

// abortsleep: end td's interruptible sleep, as if interrupted; nothing if it does not sleep so.
void abortsleep(thread *td) REQUIRES(sched_lock);
// unsleep: take td off its sleep queue; its state is the caller's business.
void unsleep(thread *td) REQUIRES(sched_lock);
// sleepq_check: panic when a queue and its threads disagree; for thread_check_all.
void sleepq_check() REQUIRES(sched_lock);

// --- the parts of a sleep, shared by msleep and condition variables ------------------------------

// sleep_request: one sleep. `enqueue` puts the thread on the queue that fits `channel`; pri, wmesg,
// timo and mutex as for msleep.
struct sleep_request final {
	void const *channel;
	mtx        *mutex;
	int         pri;
	char const *wmesg;
	int         timo;
	void      (*enqueue)(thread *td, sleep_request const &request);
	spin_mtx   *spin{};     // of msleep_spin, instead of mutex
	void const *arg{};      // for an `enqueue` that looks once more before the thread sleeps
};

// sleep_on: the whole of msleep, for any kind of queue.
Errno sleep_on(sleep_request const &request);

// sleepq_enqueue: td to the end of the sleep queue of its channel; an `enqueue` of msleep's.
void sleepq_enqueue(thread *td, sleep_request const &request) REQUIRES(sched_lock);

// sleepq_resume: td, just taken off its queue, runs again unless something else inhibits it.
void sleepq_resume(thread *td) REQUIRES(sched_lock);

// sleepq_wake: wake up to `most` sleepers on the channel, the longest waiting first.
void sleepq_wake(void const *channel, int most) REQUIRES(sched_lock);
