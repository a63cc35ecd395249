// SPDX-License-Identifier: BSD-2-Clause
// Atomic words with every memory order spelled out at the site.
// Written for Kestrel over the compiler's builtins; GCC 12's <atomic> needs a hosted library.
#pragma once

#include <type_traits>

// order: of one atomic access; each use names its partner in a comment.
enum class order : int {
	relaxed = __ATOMIC_RELAXED,
	acquire = __ATOMIC_ACQUIRE,
	release = __ATOMIC_RELEASE,
	acq_rel = __ATOMIC_ACQ_REL,
	seq_cst = __ATOMIC_SEQ_CST,
};

// atomic_fence: no access before it is seen after one behind it, stores and loads included.
inline void atomic_fence()
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

// atomic<T>: an integer, enum or pointer of at most a machine word that several CPUs access at
// once.
template <class One>
	requires(std::is_trivially_copyable_v<One> && sizeof(One) <= sizeof(void *))
class atomic final {
public:
	constexpr atomic() = default;
	constexpr explicit atomic(One value) : value_{value} {}
	atomic(atomic const &) = delete;
	atomic &operator=(atomic const &) = delete;

	One load(order o) const { return __atomic_load_n(&value_, static_cast<int>(o)); }
	void store(One value, order o) { __atomic_store_n(&value_, value, static_cast<int>(o)); }
	One exchange(One value, order o)
	{
		return __atomic_exchange_n(&value_, value, static_cast<int>(o));
	}
	// cas: store `desired` if the value is `expected`; whether it did. A failure orders
	// nothing.
	bool cas(One expected, One desired, order o)
	{
		return __atomic_compare_exchange_n(&value_, &expected, desired, false,
		    static_cast<int>(o), __ATOMIC_RELAXED);
	}
	// add, sub, set, clear: integers only; the value before.
	One add(One n, order o) { return __atomic_fetch_add(&value_, n, static_cast<int>(o)); }
	One sub(One n, order o) { return __atomic_fetch_sub(&value_, n, static_cast<int>(o)); }
	One set(One bits, order o) { return __atomic_fetch_or(&value_, bits, static_cast<int>(o)); }
	One clear(One bits, order o)
	{
		return __atomic_fetch_and(&value_, static_cast<One>(~bits), static_cast<int>(o));
	}

private:
	One value_{};
};
