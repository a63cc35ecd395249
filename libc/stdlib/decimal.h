// SPDX-License-Identifier: BSD-2-Clause
// Exact decimal numbers, wide enough for every double; between printf, strtod and binary.
// After Ken Thompson's and Rob Pike's simple decimal conversion; written anew.
#pragma once

#include <stdint.h>

// The longest exact double has 767 significant digits.
#define DECIMAL_DIGITS	800

// 0.digits[0] digits[1] ... times ten to the power point. No leading and no trailing zeros; zero
// has count 0 and point 0.
struct decimal {
	int	count;			// digits in use
	int	point;			// decimal exponent
	int	inexact;		// digits beyond the array were cut, not all of them 0
	uint8_t	digits[DECIMAL_DIGITS];	// 0 .. 9
};

// __decimal_set: the integer n.
void __decimal_set(struct decimal *d, uint64_t n);
// __decimal_shift: multiply by two to the power bits, which may be negative.
void __decimal_shift(struct decimal *d, int bits);
// __decimal_round: keep count digits (negative: none, and no carry either), half to even.
void __decimal_round(struct decimal *d, int count);
// __decimal_integer: the nearest integer, half to even; the number is below 2^64.
uint64_t __decimal_integer(struct decimal const *d);
// __decimal_trim: drop trailing zeros.
void __decimal_trim(struct decimal *d);
