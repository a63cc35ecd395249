// SPDX-License-Identifier: BSD-2-Clause
// Floating-point conversions of printf, exact to any precision.
// C11 7.21.6.1: e, f, g.

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../stdlib/decimal.h"
#include "stdio_private.h"

#define MANTISSA_BITS	52
#define EXPONENT_MASK	0x7ff
#define EXPONENT_BIAS	1023

// A number on its way out.
struct output {
	struct sink	*sink;
	struct decimal	d;
	int		precision;	// digits behind the point
	int		scientific;	// with exponent
	int		exponent;
	int		point;		// show the point
};

// put_digits: the digits at decimal places from .. from + n - 1, zeros outside the array.
static void
put_digits(struct output *out, int from, int n)
{
	char text[32];

	while (n > 0) {
		int run = n < (int)sizeof(text) ? n : (int)sizeof(text);

		for (int i = 0; i < run; i++, from++) {
			int known = from >= 0 && from < out->d.count;

			text[i] = (char)('0' + (known ? out->d.digits[from] : 0));
		}
		__sink_put(out->sink, text, (size_t)run);
		n -= run;
	}
}

static int
exponent_digits(const struct output *out)
{
	return abs(out->exponent) >= 100 ? 3 : 2;
}

static int
length(const struct output *out)
{
	int whole = out->scientific || out->d.point < 1 ? 1 : out->d.point;

	return whole + out->point + out->precision +
	    (out->scientific ? 2 + exponent_digits(out) : 0);
}

static void
put_number(struct output *out, char e)
{
	int whole = out->scientific ? 1 : out->d.point;	// places before the point
	int magnitude = abs(out->exponent);
	char tail[5] = { e, out->exponent < 0 ? '-' : '+' };

	if (whole < 1)
		__sink_put(out->sink, "0", 1);
	else
		put_digits(out, 0, whole);
	__sink_put(out->sink, ".", (size_t)out->point);
	put_digits(out, whole, out->precision);
	if (!out->scientific)
		return;
	for (int i = exponent_digits(out); i > 0; i--, magnitude /= 10)
		tail[1 + i] = (char)('0' + magnitude % 10);
	__sink_put(out->sink, tail, 2 + (size_t)exponent_digits(out));
}

// lay_out: round for the conversion and decide what g looks like.
static void
lay_out(struct output *out, const struct spec *spec)
{
	char conversion = (char)tolower((unsigned char)spec->conversion);

	out->precision = spec->precision < 0 ? 6 : spec->precision;
	if (conversion == 'f') {
		__decimal_round(&out->d, out->d.point + out->precision);
	} else {
		if (conversion == 'g')
			out->precision = out->precision > 0 ? out->precision - 1 : 0;
		__decimal_round(&out->d, out->precision + 1);
		out->exponent = out->d.count > 0 ? out->d.point - 1 : 0;
		out->scientific = 1;
	}
	if (conversion == 'g') {
		int places = out->d.count > 0 ? out->d.count - 1 : 0;

		if (out->exponent >= -4 && out->exponent <= out->precision) {
			out->scientific = 0;
			out->precision -= out->exponent;
			places -= out->exponent;
		}
		if (!spec->alternate && out->precision > places)
			out->precision = places > 0 ? places : 0;
	}
	// 0 prints as one digit before the point.
	if (out->d.count == 0)
		out->d.point = 1;
	out->point = out->precision > 0 || spec->alternate;
}

// load: the exact decimal value of a finite number.
static void
load(struct decimal *d, uint64_t bits)
{
	uint64_t mantissa = bits & (((uint64_t)1 << MANTISSA_BITS) - 1);
	int exponent = (int)(bits >> MANTISSA_BITS) & EXPONENT_MASK;

	if (exponent != 0)
		mantissa |= (uint64_t)1 << MANTISSA_BITS;
	else
		exponent = 1;
	__decimal_set(d, mantissa);
	__decimal_shift(d, exponent - EXPONENT_BIAS - MANTISSA_BITS);
}

void
__format_double(struct sink *sink, const struct spec *spec, double value)
{
	struct output out = { .sink = sink };
	int capital = isupper((unsigned char)spec->conversion), finite, blanks;
	const char *word = capital ? "INF" : "inf";
	uint64_t bits;
	char sign;

	memcpy(&bits, &value, sizeof(bits));
	sign = bits >> 63 ? '-' : spec->sign;
	finite = ((bits >> MANTISSA_BITS) & EXPONENT_MASK) != EXPONENT_MASK;
	if (finite) {
		load(&out.d, bits);
		lay_out(&out, spec);
	} else if ((bits & (((uint64_t)1 << MANTISSA_BITS) - 1)) != 0) {
		word = capital ? "NAN" : "nan";
	}
	blanks = spec->width - (sign != 0) - (finite ? length(&out) : 3);
	if (!spec->left && !(spec->zero && finite))
		__sink_fill(sink, ' ', blanks);
	__sink_put(sink, &sign, sign != 0);
	if (!spec->left && spec->zero && finite)
		__sink_fill(sink, '0', blanks);
	if (finite)
		put_number(&out, capital ? 'E' : 'e');
	else
		__sink_put(sink, word, 3);
	if (spec->left)
		__sink_fill(sink, ' ', blanks);
}
