// SPDX-License-Identifier: BSD-2-Clause
// The library's own lock.
// Ours.

#include <machine/atomic.h>
#include <sched.h>

#include "../libc_private.h"

void
__libc_acquire(libc_lock *lock)
{
	while (!atomic_cmpset_acq_int(&lock->held, 0, 1))
		sched_yield();
}

void
__libc_release(libc_lock *lock)
{
	atomic_store_rel_int(&lock->held, 0);
}
