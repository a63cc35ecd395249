// SPDX-License-Identifier: BSD-2-Clause
// Rounding of sizes and addresses to powers of two.
// Written for Kestrel; the operations of BSD's roundup2() and rounddown2().
#pragma once

#include <concepts>

// round_up, round_down: nearest multiple of `align`, a power of two. round_up wraps on overflow:
// callers check first where the value comes from user mode.
template <std::unsigned_integral One>
constexpr One round_up(One value, One align)
{
	return static_cast<One>((value + align - 1) & ~(align - 1));
}

template <std::unsigned_integral One>
constexpr One round_down(One value, One align)
{
	return static_cast<One>(value & ~(align - 1));
}

// is_power_of_two: true for 1, 2, 4...; false for 0.
template <std::unsigned_integral One>
constexpr bool is_power_of_two(One value)
{
	return value != 0 && (value & (value - 1)) == 0;
}
