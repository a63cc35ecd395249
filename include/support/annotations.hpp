// SPDX-License-Identifier: BSD-2-Clause
// Lock contracts as attributes: clang's thread-safety analysis checks them, g++ sees nothing.
// After the attribute names in clang's ThreadSafetyAnalysis manual.
#pragma once

#if defined(__clang__)
#define TSA_(x) __attribute__((x))
#else
#define TSA_(x)
#endif

// On a lock class: its objects are capabilities.
#define CAPABILITY(name) TSA_(capability(name))
// On a guard class: construction acquires, destruction releases.
#define SCOPED_CAPABILITY TSA_(scoped_lockable)
// On a field or global: read or written only with the lock held.
#define GUARDED_BY(lock) TSA_(guarded_by(lock))
// On a function: the caller holds the locks, before and after.
#define REQUIRES(...) TSA_(requires_capability(__VA_ARGS__))
// On a function: the caller must not hold the locks (it takes them, or may sleep).
#define EXCLUDES(...) TSA_(locks_excluded(__VA_ARGS__))
// On a function: returns with the locks held, or gives them up.
#define ACQUIRE(...) TSA_(acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) TSA_(try_acquire_capability(__VA_ARGS__))
#define RELEASES(...) TSA_(release_capability(__VA_ARGS__))
// On a function that checks at run time that the lock is held.
#define ASSERT_HELD(...) TSA_(assert_capability(__VA_ARGS__))
// On an accessor: returns a reference to the capability.
#define RETURNS_LOCK(x) TSA_(lock_returned(x))
// The last resort; every use says why on the line above.
#define NO_THREAD_SAFETY_ANALYSIS TSA_(no_thread_safety_analysis)
