// SPDX-License-Identifier: BSD-2-Clause
// Atomic operations on words and pointers for user programs.
// FreeBSD's names over the compiler's builtins; the kernel itself uses <atomic>.
#pragma once

#include <stdint.h>

// Read-modify-write operations order everything before and after them, as the i386's lock prefix
// does; _acq and _rel name the order that the algorithm relies on.

static inline void
atomic_set_int(volatile unsigned int *p, unsigned int v)
{
	__atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);
}

static inline void
atomic_clear_int(volatile unsigned int *p, unsigned int v)
{
	__atomic_fetch_and(p, ~v, __ATOMIC_SEQ_CST);
}

static inline void
atomic_add_int(volatile unsigned int *p, unsigned int v)
{
	__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}

static inline void
atomic_subtract_int(volatile unsigned int *p, unsigned int v)
{
	__atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST);
}

// Value before the addition.
static inline unsigned int
atomic_fetchadd_int(volatile unsigned int *p, unsigned int v)
{
	return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}

static inline unsigned int
atomic_load_acq_int(volatile unsigned int *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline void
atomic_store_rel_int(volatile unsigned int *p, unsigned int v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

// Value before it became zero.
static inline unsigned int
atomic_readandclear_int(volatile unsigned int *p)
{
	return __atomic_exchange_n(p, 0u, __ATOMIC_SEQ_CST);
}

// Non-zero if *p was expect and is now v.
static inline int
atomic_cmpset_int(volatile unsigned int *p, unsigned int expect, unsigned int v)
{
	return __atomic_compare_exchange_n(p, &expect, v, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline int
atomic_cmpset_acq_int(volatile unsigned int *p, unsigned int expect, unsigned int v)
{
	return __atomic_compare_exchange_n(p, &expect, v, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline int
atomic_cmpset_rel_int(volatile unsigned int *p, unsigned int expect, unsigned int v)
{
	return __atomic_compare_exchange_n(p, &expect, v, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

static inline int
atomic_cmpset_ptr(void *volatile *p, void *expect, void *v)
{
	return __atomic_compare_exchange_n(p, &expect, v, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline void *
atomic_swap_ptr(void *volatile *p, void *v)
{
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

static inline void *
atomic_load_acq_ptr(void *volatile *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline void
atomic_store_rel_ptr(void *volatile *p, void *v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}
