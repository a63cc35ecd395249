// SPDX-License-Identifier: BSD-2-Clause
// Strings to floating point, correctly rounded. Decimal forms, inf and nan; no hexadecimal.
// C11 7.22.1.3.

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decimal.h"

#define EXPONENT_LIMIT	20000	// of ten; beyond it, more makes no difference

// A binary format, by its widths.
struct format {
	int	mantissa;	// bits stored
	int	bias;		// of the exponent
};
static const struct format binary64 = { 52, 1023 };
static const struct format binary32 = { 23, 127 };

// scan_exponent: e+12. Returns the end; *value is untouched if there is none.
static const char *
scan_exponent(const char *p, int *value)
{
	const char *q = p + 1;
	int negative = 0, n = 0;

	if (*p != 'e' && *p != 'E')
		return p;
	if (*q == '+' || *q == '-')
		negative = *q++ == '-';
	if (!isdigit((unsigned char)*q))
		return p;
	for (; isdigit((unsigned char)*q); q++) {
		if (n < EXPONENT_LIMIT)
			n = n * 10 + (*q - '0');
	}
	*value = negative ? -n : n;
	return q;
}

// scan: digits, point, exponent. Returns the end, or NULL if there is no digit.
static const char *
scan(const char *p, struct decimal *d)
{
	int seen = 0, in_fraction = 0, exponent = 0;

	memset(d, 0, offsetof(struct decimal, digits));
	for (;; p++) {
		if (*p == '.' && !in_fraction) {
			in_fraction = 1;
			continue;
		}
		if (!isdigit((unsigned char)*p))
			break;
		seen = 1;
		if (d->count > 0 || *p != '0') {
			if (d->count < DECIMAL_DIGITS)
				d->digits[d->count++] = (uint8_t)(*p - '0');
			else if (*p != '0')
				d->inexact = 1;
			d->point += !in_fraction;
		} else {
			d->point -= in_fraction;
		}
	}
	if (!seen)
		return NULL;
	p = scan_exponent(p, &exponent);
	d->point += exponent;
	__decimal_trim(d);
	return p;
}

// to_binary: bits of the nearest number, without sign; *range tells overflow or underflow.
static uint64_t
to_binary(struct decimal *d, const struct format *f, int *range)
{
	uint64_t infinity = (uint64_t)(2 * f->bias + 1) << f->mantissa, bits;
	int exponent = 0;

	*range = 0;
	if (d->count == 0)
		return 0;
	if (d->point > 310 || d->point < -330) {
		*range = 1;
		return d->point > 0 ? infinity : 0;
	}
	// Scale to [1/2, 1): steps of three bits a digit never pass the goal.
	while (d->point > 0) {
		int step = d->point > 1 ? (d->point - 1) * 3 : 1;

		__decimal_shift(d, -step);
		exponent += step;
	}
	while (d->point < 0 || d->digits[0] < 5) {
		int step = d->point < 0 ? -d->point * 3 : 1;

		__decimal_shift(d, step);
		exponent -= step;
	}
	exponent--;			// now the number is in [1, 2) times 2^exponent
	if (exponent < 1 - f->bias) {	// subnormal: fewer bits
		__decimal_shift(d, exponent - (1 - f->bias));
		exponent = 1 - f->bias;
	}
	__decimal_shift(d, f->mantissa + 1);
	bits = __decimal_integer(d);
	// The leading bit adds one to the exponent field; so does a carry out of the mantissa.
	bits += (uint64_t)(exponent + f->bias - 1) << f->mantissa;
	if (bits >= infinity) {
		*range = 1;
		return infinity;
	}
	*range = bits >> f->mantissa == 0;
	return bits;
}

// parse: the whole of it, as bits of format f with the sign at bit `sign`.
static uint64_t
parse(const char *s, char **end, const struct format *f, int sign)
{
	uint64_t infinity = (uint64_t)(2 * f->bias + 1) << f->mantissa, bits = 0;
	const char *p = s, *stop;
	struct decimal d;
	int negative = 0, range = 0;

	while (isspace((unsigned char)*p))
		p++;
	if (*p == '+' || *p == '-')
		negative = *p++ == '-';
	if (strncasecmp(p, "inf", 3) == 0) {
		stop = p + (strncasecmp(p, "infinity", 8) == 0 ? 8 : 3);
		bits = infinity;
	} else if (strncasecmp(p, "nan", 3) == 0) {
		stop = p + 3;
		bits = infinity | (uint64_t)1 << (f->mantissa - 1);
	} else if ((stop = scan(p, &d)) != NULL) {
		bits = to_binary(&d, f, &range);
	} else {
		stop = s;
		negative = 0;
	}
	if (range)
		errno = ERANGE;
	if (end != NULL)
		*end = (char *)stop;
	return bits | (uint64_t)negative << sign;
}

double
strtod(const char *s, char **end)
{
	uint64_t bits = parse(s, end, &binary64, 63);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

float
strtof(const char *s, char **end)
{
	uint32_t bits = (uint32_t)parse(s, end, &binary32, 31);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

long double
strtold(const char *s, char **end)
{
	return strtod(s, end);
}

double
atof(const char *s)
{
	return strtod(s, NULL);
}
