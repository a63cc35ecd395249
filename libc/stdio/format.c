// SPDX-License-Identifier: BSD-2-Clause
// The heart of printf: specifications, integers, strings.
// C11 7.21.6.1, without %n, %a and wide characters.

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "stdio_private.h"

// Length modifiers.
enum length { LEN_INT, LEN_CHAR, LEN_SHORT, LEN_LONG, LEN_LLONG, LEN_LDOUBLE };

void
__sink_put(struct sink *sink, const char *text, size_t n)
{
	if (n == 0)
		return;
	sink->put(sink, text, n);
	sink->total += n;
}

void
__sink_fill(struct sink *sink, char c, int n)
{
	char run[32];

	if (n <= 0)
		return;
	memset(run, c, sizeof(run));
	for (; n > (int)sizeof(run); n -= (int)sizeof(run))
		__sink_put(sink, run, sizeof(run));
	__sink_put(sink, run, (size_t)n);
}

// parse_flags, parse_number, parse_length: each returns where it stopped.
static const char *
parse_flags(const char *p, struct spec *spec)
{
	for (;; p++) {
		switch (*p) {
		case '-':
			spec->left = 1;
			break;
		case '+':
			spec->sign = '+';
			break;
		case ' ':
			if (spec->sign == 0)
				spec->sign = ' ';
			break;
		case '#':
			spec->alternate = 1;
			break;
		case '0':
			spec->zero = 1;
			break;
		default:
			return p;
		}
	}
}

static const char *
parse_number(const char *p, int *value, va_list *ap)
{
	if (*p == '*') {
		*value = va_arg(*ap, int);
		return p + 1;
	}
	*value = 0;
	for (; isdigit((unsigned char)*p); p++) {
		if (*value < INT_MAX / 10 - 1)
			*value = *value * 10 + (*p - '0');
	}
	return p;
}

static const char *
parse_length(const char *p, enum length *length)
{
	*length = LEN_INT;
	switch (*p) {
	case 'h':
		*length = p[1] == 'h' ? LEN_CHAR : LEN_SHORT;
		return p + (p[1] == 'h' ? 2 : 1);
	case 'l':
		*length = p[1] == 'l' ? LEN_LLONG : LEN_LONG;
		return p + (p[1] == 'l' ? 2 : 1);
	case 'j':
	case 'q':
		*length = LEN_LLONG;
		return p + 1;
	case 'z':
	case 't':
		*length = LEN_LONG;	// size_t and ptrdiff_t are as wide
		return p + 1;
	case 'L':
		*length = LEN_LDOUBLE;
		return p + 1;
	default:
		return p;
	}
}

static intmax_t
signed_argument(enum length length, va_list *ap)
{
	switch (length) {
	case LEN_CHAR:
		return (signed char)va_arg(*ap, int);
	case LEN_SHORT:
		return (short)va_arg(*ap, int);
	case LEN_LONG:
		return va_arg(*ap, long);
	case LEN_LLONG:
	case LEN_LDOUBLE:
		return va_arg(*ap, long long);
	default:
		return va_arg(*ap, int);
	}
}

static uintmax_t
unsigned_argument(enum length length, va_list *ap)
{
	switch (length) {
	case LEN_CHAR:
		return (unsigned char)va_arg(*ap, unsigned int);
	case LEN_SHORT:
		return (unsigned short)va_arg(*ap, unsigned int);
	case LEN_LONG:
		return va_arg(*ap, unsigned long);
	case LEN_LLONG:
	case LEN_LDOUBLE:
		return va_arg(*ap, unsigned long long);
	default:
		return va_arg(*ap, unsigned int);
	}
}

// put_integer: blanks, prefix (sign or 0x), zeros, digits, blanks.
static void
put_integer(struct sink *sink, const struct spec *spec, uintmax_t n, unsigned int base,
    const char *prefix)
{
	const char *set = spec->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[3 * sizeof(n)];
	int count = 0, zeros = 0, prefixlen = (int)strlen(prefix), blanks;

	for (; n > 0; n /= base)
		digits[sizeof(digits) - (size_t)++count] = set[n % base];
	if (spec->precision >= 0)
		zeros = spec->precision - count;
	else if (spec->zero && !spec->left)
		zeros = spec->width - prefixlen - count;
	if (spec->precision < 0 && count == 0 && zeros < 1)
		zeros = 1;		// the number 0
	if (base == 8 && spec->alternate && zeros < 1)
		zeros = 1;
	if (zeros < 0)
		zeros = 0;
	blanks = spec->width - prefixlen - zeros - count;
	if (!spec->left)
		__sink_fill(sink, ' ', blanks);
	__sink_put(sink, prefix, (size_t)prefixlen);
	__sink_fill(sink, '0', zeros);
	__sink_put(sink, digits + sizeof(digits) - count, (size_t)count);
	if (spec->left)
		__sink_fill(sink, ' ', blanks);
}

static void
put_signed(struct sink *sink, const struct spec *spec, intmax_t n)
{
	char prefix[2] = { n < 0 ? '-' : spec->sign, '\0' };

	put_integer(sink, spec, n < 0 ? 0 - (uintmax_t)n : (uintmax_t)n, 10, prefix);
}

static void
put_unsigned(struct sink *sink, const struct spec *spec, uintmax_t n)
{
	unsigned int base = spec->conversion == 'u' ? 10 : spec->conversion == 'o' ? 8 : 16;
	const char *prefix = "";

	if (base == 16 && spec->alternate && n != 0)
		prefix = spec->conversion == 'X' ? "0X" : "0x";
	put_integer(sink, spec, n, base, prefix);
}

static void
put_string(struct sink *sink, const struct spec *spec, const char *s, size_t n)
{
	int blanks = spec->width > (int)n ? spec->width - (int)n : 0;

	if (!spec->left)
		__sink_fill(sink, ' ', blanks);
	__sink_put(sink, s, n);
	if (spec->left)
		__sink_fill(sink, ' ', blanks);
}

// convert: one specification, its argument next. False if there is no such conversion.
static int
convert(struct sink *sink, struct spec *spec, enum length length, va_list *ap)
{
	const char *s;
	char c;

	switch (spec->conversion) {
	case 'd':
	case 'i':
		put_signed(sink, spec, signed_argument(length, ap));
		return 1;
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		put_unsigned(sink, spec, unsigned_argument(length, ap));
		return 1;
	case 'p':
		spec->alternate = 1;
		put_integer(sink, spec, (uintptr_t)va_arg(*ap, void *), 16, "0x");
		return 1;
	case 'c':
		c = (char)va_arg(*ap, int);
		put_string(sink, spec, &c, 1);
		return 1;
	case 's':
		s = va_arg(*ap, const char *);
		if (s == NULL)
			s = "(null)";
		put_string(sink, spec, s, spec->precision < 0 ? strlen(s) :
		    strnlen(s, (size_t)spec->precision));
		return 1;
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		__format_double(sink, spec, length == LEN_LDOUBLE ?
		    (double)va_arg(*ap, long double) : va_arg(*ap, double));
		return 1;
	case '%':
		__sink_put(sink, "%", 1);
		return 1;
	default:
		return 0;
	}
}

int
__format(struct sink *sink, const char *format, va_list ap)
{
	va_list args;

	va_copy(args, ap);
	while (*format != '\0') {
		const char *start = format;
		struct spec spec = { .precision = -1 };
		enum length length;

		if (*format != '%') {
			format += strcspn(format, "%");
			__sink_put(sink, start, (size_t)(format - start));
			continue;
		}
		format = parse_flags(format + 1, &spec);
		format = parse_number(format, &spec.width, &args);
		if (spec.width < 0) {
			spec.left = 1;
			spec.width = spec.width == INT_MIN ? INT_MAX : -spec.width;
		}
		if (*format == '.')
			format = parse_number(format + 1, &spec.precision, &args);
		format = parse_length(format, &length);
		spec.conversion = *format;
		if (*format != '\0')
			format++;
		// What is no conversion appears as it stands, so that the mistake is seen.
		if (!convert(sink, &spec, length, &args))
			__sink_put(sink, start, (size_t)(format - start));
	}
	va_end(args);
	if (sink->total <= INT_MAX)
		return (int)sink->total;
	errno = EOVERFLOW;
	return -1;
}
