// SPDX-License-Identifier: BSD-2-Clause
// Scoped ownership of a lock: a block that holds it, visible as a block.
// Written for Kestrel; after NOVA's Lock_guard and clang's scoped capabilities.
#pragma once

#include <support/annotations.hpp>

template <class One>
concept lockable = requires(One &l) {
	l.lock();
	l.unlock();
};

// Tag of the guard that takes over a lock somebody else acquired for us.
struct adopt_t {};
inline constexpr adopt_t adopt{};

// mtx_guard: holds the lock from construction to the end of the block. unlock() and lock() open a
// gap in between; the destructor releases only what is held then.
template <lockable One>
class SCOPED_CAPABILITY mtx_guard final {
public:
	explicit mtx_guard(One &l) ACQUIRE(l) : lock_{l}, held_{true} { lock_.lock(); }
	mtx_guard(adopt_t, One &l) REQUIRES(l) : lock_{l}, held_{true} {}
	~mtx_guard() RELEASES()
	{
		if (held_)
			lock_.unlock();
	}
	mtx_guard(mtx_guard const &) = delete;
	mtx_guard &operator=(mtx_guard const &) = delete;

	void unlock() RELEASES()
	{
		held_ = false;
		lock_.unlock();
	}
	void lock() ACQUIRE()
	{
		lock_.lock();
		held_ = true;
	}

private:
	One &lock_;
	bool held_;
};
