// SPDX-License-Identifier: BSD-2-Clause
// The heart of scanf.
// C11 7.21.6.2, without wide characters; numbers are converted by strtoull and strtod.

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stdio_private.h"

#define FIELD_MAX	127	// letters of a number, at most

// State of one call.
struct scan {
	struct source	*source;
	int		read;		// bytes consumed
	int		width;		// letters the conversion may still take
	int		suppress;	// '*': do not store
	char		length;		// 0, 'H' (hh), 'h', 'l', 'q' (ll, j, L)
};

static int
next(struct scan *s)
{
	int c;

	if (s->width <= 0)
		return EOF;
	c = s->source->get(s->source);
	if (c != EOF) {
		s->read++;
		s->width--;
	}
	return c;
}

static void
back(struct scan *s, int c)
{
	if (c == EOF)
		return;
	s->source->unget(s->source, c);
	s->read--;
	s->width++;
}

// skip_space: true unless the input ends there.
static int
skip_space(struct scan *s)
{
	int c;

	s->width = INT32_MAX;
	do
		c = next(s);
	while (c != EOF && isspace(c));
	back(s, c);
	return c != EOF;
}

static void
store(struct scan *s, unsigned long long n, va_list *ap)
{
	void *p = s->suppress ? NULL : va_arg(*ap, void *);

	if (p == NULL)
		return;
	switch (s->length) {
	case 'H':
		*(unsigned char *)p = (unsigned char)n;
		break;
	case 'h':
		*(unsigned short *)p = (unsigned short)n;
		break;
	case 'q':
		*(unsigned long long *)p = n;
		break;
	default:
		*(unsigned int *)p = (unsigned int)n;	// int and long are as wide
		break;
	}
}

// scan_integer: true if there was a number.
static int
scan_integer(struct scan *s, int base, va_list *ap)
{
	char field[FIELD_MAX + 1], *end;
	int n = 0, c, digits = 0;
	unsigned long long value;

	if (s->width > FIELD_MAX)
		s->width = FIELD_MAX;
	c = next(s);
	if (c == '+' || c == '-') {
		field[n++] = (char)c;
		c = next(s);
	}
	if (c == '0' && (base == 0 || base == 16)) {
		field[n++] = (char)c;
		digits = 1;
		c = next(s);
		if (c == 'x' || c == 'X') {
			field[n++] = (char)c;
			c = next(s);
			base = 16;
			digits = 0;
		} else if (base == 0) {
			base = 8;
		}
	}
	if (base == 0)
		base = 10;
	while (c != EOF && (base == 16 ? isxdigit(c) : c >= '0' && c < '0' + base)) {
		field[n++] = (char)c;
		digits = 1;
		c = next(s);
	}
	back(s, c);
	if (!digits)
		return 0;
	field[n] = '\0';
	value = strtoull(field, &end, base);
	store(s, value, ap);
	return 1;
}

// scan_double: the longest string that could begin a number is taken, and must be one.
static int
scan_double(struct scan *s, va_list *ap)
{
	char field[FIELD_MAX + 1], *end;
	int n = 0, c;
	double value;

	if (s->width > FIELD_MAX)
		s->width = FIELD_MAX;
	while ((c = next(s)) != EOF) {
		int sign = c == '+' || c == '-';

		if (sign ? n > 0 && tolower((unsigned char)field[n - 1]) != 'e' :
		    !isalnum(c) && c != '.')
			break;
		field[n++] = (char)c;
	}
	back(s, c);
	field[n] = '\0';
	value = strtod(field, &end);
	if (end == field || *end != '\0')
		return 0;
	if (s->suppress)
		return 1;
	if (s->length == 'l')
		*va_arg(*ap, double *) = value;
	else if (s->length == 'q')
		*va_arg(*ap, long double *) = value;
	else
		*va_arg(*ap, float *) = (float)value;
	return 1;
}

// scan_set: what %[ accepts, as a table; returns the character behind the closing bracket.
static const char *
scan_set(const char *format, char accept[256])
{
	int invert = *format == '^';

	format += invert;
	memset(accept, invert, 256);
	do {
		unsigned char from = (unsigned char)*format, to = from;

		if (from == '\0')
			return format;
		if (format[1] == '-' && format[2] != ']' && format[2] != '\0') {
			to = (unsigned char)format[2];
			format += 2;
		}
		for (int c = from; c <= to; c++)
			accept[c] = (char)!invert;
		format++;
	} while (*format != ']');
	return format + 1;
}

// scan_text: %s, %c and %[; terminated unless it is %c. True if there was any.
static int
scan_text(struct scan *s, const char accept[256], int terminate, va_list *ap)
{
	char *out = s->suppress ? NULL : va_arg(*ap, char *);
	int n = 0, c;

	while ((c = next(s)) != EOF && accept[c]) {
		if (out != NULL)
			out[n] = (char)c;
		n++;
	}
	back(s, c);
	if (!terminate)
		return s->width == 0;
	if (out != NULL && n > 0)
		out[n] = '\0';
	return n > 0;
}

// convert: one conversion; *format is behind it afterwards. True if it matched.
static int
convert(struct scan *s, const char **format, va_list *ap)
{
	char conversion = *(*format)++, accept[256];

	switch (conversion) {
	case 'd':
	case 'u':
		return scan_integer(s, 10, ap);
	case 'i':
		return scan_integer(s, 0, ap);
	case 'o':
		return scan_integer(s, 8, ap);
	case 'x':
	case 'X':
	case 'p':
		return scan_integer(s, 16, ap);
	case 'a':
	case 'e':
	case 'E':
	case 'f':
	case 'g':
	case 'G':
		return scan_double(s, ap);
	case 's':
		for (int c = 0; c < 256; c++)
			accept[c] = (char)!isspace(c);
		return scan_text(s, accept, 1, ap);
	case 'c':
		memset(accept, 1, sizeof(accept));
		if (s->width == INT32_MAX)
			s->width = 1;
		return scan_text(s, accept, 0, ap);
	case '[':
		*format = scan_set(*format, accept);
		return scan_text(s, accept, 1, ap);
	default:
		return 0;
	}
}

// parse: what stands between % and the conversion letter.
static const char *
parse(const char *p, struct scan *s)
{
	s->suppress = *p == '*';
	p += s->suppress;
	s->width = 0;
	for (; isdigit((unsigned char)*p); p++)
		s->width = s->width < 100000000 ? s->width * 10 + (*p - '0') : s->width;
	if (s->width == 0)
		s->width = INT32_MAX;
	s->length = 0;
	for (; *p != '\0' && strchr("hljqLzt", *p) != NULL; p++) {
		if (*p == 'h')
			s->length = s->length == 'h' ? 'H' : 'h';
		else if (*p == 'l')
			s->length = s->length == 'l' ? 'q' : 'l';
		else if (*p != 'z' && *p != 't')
			s->length = 'q';
	}
	return p;
}

// literal: match one character of the format. True if it is there.
static int
literal(struct scan *s, char wanted)
{
	int c;

	s->width = 1;
	c = next(s);
	if (c == (unsigned char)wanted)
		return 1;
	back(s, c);
	return 0;
}

int
__scan(struct source *source, const char *format, va_list ap)
{
	struct scan s = { .source = source };
	int stored = 0, more = 1;
	va_list args;

	va_copy(args, ap);
	while (*format != '\0') {
		if (isspace((unsigned char)*format)) {
			more = skip_space(&s);
			format++;
			continue;
		}
		if (*format != '%' || format[1] == '%') {
			if (*format == '%') {
				skip_space(&s);
				format++;
			}
			if (!literal(&s, *format++))
				break;
			continue;
		}
		if (strchr("c[n", *parse(format + 1, &s)) == NULL && !(more = skip_space(&s)))
			break;
		format = parse(format + 1, &s);
		if (*format == 'n') {
			format++;
			store(&s, (unsigned long long)s.read, &args);
			continue;
		}
		if (!convert(&s, &format, &args))
			break;
		stored += !s.suppress;
	}
	va_end(args);
	if (stored == 0 && *format != '\0') {
		s.width = 1;
		more = next(&s);
		back(&s, more);
		return more == EOF ? EOF : 0;
	}
	return stored;
}
