// SPDX-License-Identifier: BSD-2-Clause
// Exact decimal numbers: shifts by bits, rounding.
// After Ken Thompson's and Rob Pike's simple decimal conversion; written anew.

#include "decimal.h"

#include <string.h>

// Bits of one step: 9 << 27 plus a carry below 2^28 fits in 32 bits.
#define STEP		27
// A step makes at most this many digits more: 2^27 has 9 digits.
#define STEP_DIGITS	9

void
__decimal_trim(struct decimal *d)
{
	while (d->count > 0 && d->digits[d->count - 1] == 0)
		d->count--;
	if (d->count == 0)
		d->point = 0;
}

void
__decimal_set(struct decimal *d, uint64_t n)
{
	uint8_t reversed[20];
	int count = 0;

	for (; n > 0; n /= 10)
		reversed[count++] = (uint8_t)(n % 10);
	d->count = d->point = count;
	d->inexact = 0;
	for (int i = 0; i < count; i++)
		d->digits[i] = reversed[count - 1 - i];
	__decimal_trim(d);
}

// append: one more digit at the low end, if there is room.
static void
append(struct decimal *d, int at, uint32_t digit)
{
	if (at < DECIMAL_DIGITS)
		d->digits[at] = (uint8_t)digit;
	else if (digit != 0)
		d->inexact = 1;
}

// shift_left: from the lowest digit up, into a scratch number STEP_DIGITS longer.
static void
shift_left(struct decimal *d, int bits)
{
	uint8_t wide[DECIMAL_DIGITS + STEP_DIGITS];
	int total = d->count + STEP_DIGITS, zeros = 0;
	uint32_t carry = 0;

	for (int i = total - 1; i >= 0; i--) {
		if (i >= STEP_DIGITS)
			carry += (uint32_t)d->digits[i - STEP_DIGITS] << bits;
		wide[i] = (uint8_t)(carry % 10);
		carry /= 10;
	}
	while (zeros < STEP_DIGITS && wide[zeros] == 0)
		zeros++;
	d->point += STEP_DIGITS - zeros;
	for (int i = zeros; i < total; i++)
		append(d, i - zeros, wide[i]);
	d->count = total - zeros < DECIMAL_DIGITS ? total - zeros : DECIMAL_DIGITS;
}

// shift_right: long division from the highest digit down.
static void
shift_right(struct decimal *d, int bits)
{
	uint32_t mask = ((uint32_t)1 << bits) - 1, rest = 0;
	int in = 0, out = 0;

	// Bring in digits until the first quotient digit is not 0.
	while (rest >> bits == 0) {
		rest = rest * 10 + (in < d->count ? d->digits[in] : 0u);
		in++;
	}
	d->point -= in - 1;
	while (in < d->count) {
		append(d, out++, rest >> bits);
		rest = (rest & mask) * 10 + d->digits[in++];
	}
	while (rest != 0) {
		append(d, out++, rest >> bits);
		rest = (rest & mask) * 10;
	}
	d->count = out < DECIMAL_DIGITS ? out : DECIMAL_DIGITS;
}

void
__decimal_shift(struct decimal *d, int bits)
{
	if (d->count == 0)
		return;
	for (; bits > STEP; bits -= STEP)
		shift_left(d, STEP);
	for (; bits < -STEP; bits += STEP)
		shift_right(d, STEP);
	if (bits > 0)
		shift_left(d, bits);
	else if (bits < 0)
		shift_right(d, -bits);
	__decimal_trim(d);
}

// rounds_up: whether cutting at count leaves more than half, or half behind an odd digit.
static int
rounds_up(struct decimal const *d, int count)
{
	if (count < 0 || count >= d->count)
		return 0;
	if (d->digits[count] == 5 && count + 1 == d->count && !d->inexact)
		return count > 0 && d->digits[count - 1] % 2 != 0;
	return d->digits[count] >= 5;
}

void
__decimal_round(struct decimal *d, int count)
{
	int up = rounds_up(d, count);

	if (count >= d->count)
		return;
	d->count = count > 0 ? count : 0;
	d->inexact = 0;
	if (up) {
		while (d->count > 0 && d->digits[d->count - 1] == 9)
			d->count--;
		if (d->count > 0) {
			d->digits[d->count - 1]++;
			return;
		}
		d->digits[0] = 1;
		d->count = 1;
		d->point++;
		return;
	}
	__decimal_trim(d);
}

uint64_t
__decimal_integer(struct decimal const *d)
{
	uint64_t n = 0;

	for (int i = 0; i < d->point; i++)
		n = n * 10 + (i < d->count ? d->digits[i] : 0u);
	return n + (uint64_t)rounds_up(d, d->point);
}
