// SPDX-License-Identifier: BSD-2-Clause
// User memory from the kernel: addresses that cannot be dereferenced, only fetched from and stored
// to. After copy(9), fetch(9) and store(9); the types after Zircon's user pointers.
#pragma once

#include <kern/errno.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

// uaddr: an address in the current process's user space, unchecked. uaddr{} is NULL.
enum class uaddr : uint32_t {};

constexpr uint32_t to_word(uaddr a)
{
	return static_cast<uint32_t>(a);
}

// user_at: the address `offset` bytes on; wraps as 32-bit arithmetic does, and is checked at use.
constexpr uaddr user_at(uaddr a, size_t offset)
{
	return uaddr{static_cast<uint32_t>(to_word(a) + offset)};
}

// The primitives, in assembly (arch). All may fault and so sleep: no spin lock held. They refuse
// addresses outside user space and ranges that wrap, EFAULT; nothing is lost but the partial copy.
Errno copyin(uaddr from, void *to, size_t length);
Errno copyout(void const *from, uaddr to, size_t length);
// copyinstr: a string with its zero, at most `size` bytes. *done gets the bytes copied, zero
// included. ENAMETOOLONG when no zero was met in `size` bytes.
Errno copyinstr(uaddr from, char *to, size_t size, size_t *done);
// fetch_word: history's fuword without its ambiguous -1. store_word: history's suword. The word
// must not straddle user space's end; any alignment is allowed.
result<uint32_t> fetch_word(uaddr from);
Errno store_word(uaddr to, uint32_t value);
// cas_word: history's casuword: if the word is `expected`, store `desired`, in one step for all
// CPUs.
// The value before: `expected` means that it was stored.
result<uint32_t> cas_word(uaddr at, uint32_t expected, uint32_t desired);

template <class One>
concept user_object = std::is_trivially_copyable_v<One>;

// user_in<T>: where user mode says a T can be read.
template <user_object One>
struct user_in final {
	uaddr at;

	// fetch: the value, read once.
	result<One> fetch() const
	{
		One value;
		if (Errno error = copyin(at, &value, sizeof value); error != OK)
			return fail(error);
		return value;
	}
	explicit operator bool() const { return at != uaddr{}; }
};

// user_out<T>: where user mode says a T can be written.
template <user_object One>
struct user_out final {
	uaddr at;

	Errno store(One const &value) const { return copyout(&value, at, sizeof value); }
	explicit operator bool() const { return at != uaddr{}; }
};
