// SPDX-License-Identifier: BSD-2-Clause
// Samples, medians and the lines that the host tool reads; no stdio, so that programs stay small.
// Written for Kestrel.
#include "bench.h"

#include <string.h>
#include <unistd.h>

#define LINE_LENGTH	128
#define DIGITS_MOST	20

static char line[LINE_LENGTH];
static size_t used;

static void
put(const char *text)
{
	size_t length = strlen(text);

	if (length > sizeof line - used)
		length = sizeof line - used;
	memcpy(line + used, text, length);
	used += length;
}

static void
put_number(uint64_t value)
{
	char digits[DIGITS_MOST + 1];
	char *at = digits + DIGITS_MOST;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	put(" ");
	put(at);
}

static void
put_end(void)
{
	put("\n");
	if (write(STDOUT_FILENO, line, used) != (ssize_t)used)
		_exit(1);
	used = 0;
}

bool
bench_add(struct bench_samples *s, uint32_t before, uint32_t after)
{
	if (s->count < BENCH_SAMPLES)
		s->value[s->count++] = after - before - BENCH_OVERHEAD;
	return s->count < BENCH_SAMPLES;
}

// By insertion: a few hundred samples, most of them equal.
static void
sort(struct bench_samples *s)
{
	for (unsigned int i = 1; i < s->count; i++) {
		uint32_t value = s->value[i];
		unsigned int at = i;

		for (; at > 0 && s->value[at - 1] > value; at--)
			s->value[at] = s->value[at - 1];
		s->value[at] = value;
	}
}

void
bench_report(const char *name, struct bench_samples *s, unsigned int operations)
{
	if (s->count == 0)
		bench_fatal("no samples");
	sort(s);
	put("bench ");
	put(name);
	put_number(s->value[s->count / 2] / operations);
	put_number(s->value[0] / operations);
	put_number(s->value[s->count - 1] / operations);
	put_number(s->count);
	put_end();
	s->count = 0;
}

void
bench_value(const char *name, uint64_t value)
{
	put("bench ");
	put(name);
	put_number(value);
	put_number(value);
	put_number(value);
	put_number(1);
	put_end();
}

void
bench_skip(const char *name, const char *why)
{
	put("skip ");
	put(name);
	put(" ");
	put(why);
	put_end();
}

_Noreturn void
bench_fatal(const char *what)
{
	used = 0;
	put("fatal ");
	put(what);
	put_end();
	_exit(1);
}
