// SPDX-License-Identifier: BSD-2-Clause
// Priority lending: threads blocked on a mutex lend theirs along the chain of owners.
// After FreeBSD 5.0 kern_mutex.c, which held this code; a file of its own is a later-era shape.
#pragma once

#include <kern/proc.hpp>

//   high ──td_blocked──► mutex B ──owner──► mid ──td_blocked──► mutex A ──owner──► low
//                        mtx_blocked: high                      mtx_blocked: mid
//   mid.td_contested: B       low.td_contested: A       all three run at high's priority
//
// A contested mutex is on its owner's td_contested; one that was released with waiters left is on
// nobody's until the next owner adopts it. td_base_pri is the owner's priority from before the
// first of its mutexes became contested, and is what it falls back to.

// turnstile_block: curthread waits for m, which another thread owns and which is marked contested.
// Returns when it was taken off the queue; m may have a new owner by then.
void turnstile_block(mtx &m) REQUIRES(sched_lock);

// turnstile_adopt: curthread has just become the owner of m, for which threads wait: their best
// priority is lent to it.
void turnstile_adopt(mtx &m) REQUIRES(sched_lock);

// turnstile_release: curthread gives up m: the best waiter, off the queue but still inhibited by
// TDI_LOCK. curthread's priority falls to what its other mutexes lend it.
thread *turnstile_release(mtx &m) REQUIRES(sched_lock);

// turnstile_lent: the better of `pri` and what the contested mutexes of td lend it.
uint8_t turnstile_lent(thread const *td, uint8_t pri) REQUIRES(sched_lock);

// turnstile_adjust: td, blocked on a mutex, has got a new priority: its place in the queue follows,
// and a better one is lent on.
void turnstile_adjust(thread *td) REQUIRES(sched_lock);

// propagate_priority: td's priority, better than before, is lent along the chain that starts with
// the mutex that td is blocked on.
void propagate_priority(thread *td) REQUIRES(sched_lock);
