// SPDX-License-Identifier: BSD-2-Clause
// Strings to integers.
// C11 7.22.1.

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

// A parsed number: magnitude, and what was wrong with it.
struct parsed {
	unsigned long long value;
	int negative;
	int overflow;		// magnitude does not fit
};

static int
digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	if (isalpha((unsigned char)c))
		return tolower((unsigned char)c) - 'a' + 10;
	return INT_MAX;
}

// parse: *end becomes s itself if there is no digit.
static struct parsed
parse(const char *s, char **end, int base)
{
	struct parsed result = { 0, 0, 0 };
	const char *p = s, *stop = s;

	if (base < 0 || base == 1 || base > 36)
		errno = EINVAL;
	while (isspace((unsigned char)*p))
		p++;
	if (*p == '+' || *p == '-')
		result.negative = *p++ == '-';
	if ((base == 0 || base == 16) && p[0] == '0' && (p[1] == 'x' || p[1] == 'X') &&
	    digit_value(p[2]) < 16) {
		p += 2;
		base = 16;
	}
	if (base == 0)
		base = *p == '0' ? 8 : 10;
	for (; digit_value(*p) < base; stop = ++p) {
		if (__builtin_mul_overflow(result.value, (unsigned int)base, &result.value) ||
		    __builtin_add_overflow(result.value, (unsigned int)digit_value(*p),
		    &result.value))
			result.overflow = 1;
	}
	if (end != NULL)
		*end = (char *)stop;
	return result;
}

static long long
to_signed(struct parsed n, long long min, long long max)
{
	unsigned long long limit = (unsigned long long)max + (n.negative ? 1 : 0);

	if (n.overflow || n.value > limit) {
		errno = ERANGE;
		return n.negative ? min : max;
	}
	return (long long)(n.negative ? 0 - n.value : n.value);
}

static unsigned long long
to_unsigned(struct parsed n, unsigned long long max)
{
	if (n.overflow || n.value > max) {
		errno = ERANGE;
		return max;
	}
	return n.negative ? 0 - n.value : n.value;
}

long
strtol(const char *s, char **end, int base)
{
	return (long)to_signed(parse(s, end, base), LONG_MIN, LONG_MAX);
}

unsigned long
strtoul(const char *s, char **end, int base)
{
	return (unsigned long)to_unsigned(parse(s, end, base), ULONG_MAX);
}

long long
strtoll(const char *s, char **end, int base)
{
	return to_signed(parse(s, end, base), LLONG_MIN, LLONG_MAX);
}

unsigned long long
strtoull(const char *s, char **end, int base)
{
	return to_unsigned(parse(s, end, base), ULLONG_MAX);
}

intmax_t
strtoimax(const char *s, char **end, int base)
{
	return strtoll(s, end, base);
}

uintmax_t
strtoumax(const char *s, char **end, int base)
{
	return strtoull(s, end, base);
}

int
atoi(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

long
atol(const char *s)
{
	return strtol(s, NULL, 10);
}

long long
atoll(const char *s)
{
	return strtoll(s, NULL, 10);
}
