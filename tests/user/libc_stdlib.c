// SPDX-License-Identifier: BSD-2-Clause
// malloc, numbers from strings, qsort, the environment, atexit, division, setjmp.
// Written for Kestrel.
#include "lib/child.h"
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS	400

static unsigned char *blocks[BLOCKS];
static size_t sizes[BLOCKS];

static uint32_t state = 12345;

static uint32_t
chance(void)
{
	return state = state * 1664525u + 1013904223u;
}

static int
damaged(int i)
{
	for (size_t at = 0; at < sizes[i]; at++) {
		if (blocks[i][at] != (unsigned char)(i + (int)at))
			return 1;
	}
	return 0;
}

static void
fill(int i)
{
	for (size_t at = 0; at < sizes[i]; at++)
		blocks[i][at] = (unsigned char)(i + (int)at);
}

// Blocks come, grow, shrink and go at random; each keeps its bytes.
static void
allocation(void)
{
	int wrong = 0, misaligned = 0, failures = 0;

	for (int round = 0; round < 20000; round++) {
		int i = (int)(chance() >> 8) % BLOCKS;
		size_t size = (chance() >> 8) % ((chance() >> 8) % 16 == 0 ? 20000 : 300);

		if (blocks[i] != NULL) {
			wrong += damaged(i);
			if (round % 3 == 0) {
				unsigned char *p = realloc(blocks[i], size + 1);
				if (p == NULL) {
					failures++;
					continue;
				}
				blocks[i] = p;
				if (sizes[i] > size + 1)
					sizes[i] = size + 1;
				wrong += damaged(i);
				sizes[i] = size + 1;
				fill(i);
				continue;
			}
			free(blocks[i]);
		}
		blocks[i] = malloc(size + 1);
		sizes[i] = size + 1;
		if (blocks[i] == NULL) {
			failures++;
			continue;
		}
		misaligned += (uintptr_t)blocks[i] % 8 != 0;
		fill(i);
	}
	for (int i = 0; i < BLOCKS; i++) {
		if (blocks[i] != NULL)
			wrong += damaged(i);
		free(blocks[i]);
	}
	is(wrong, 0, "20000 random allocations: no byte is damaged");
	is(misaligned, 0, "all aligned to 8");
	is(failures, 0, "none failed");
}

static void
special_allocation(void)
{
	unsigned char *zeroed = calloc(100, 37);
	int sum = 0;
	void *aligned = NULL;

	for (int i = 0; zeroed != NULL && i < 3700; i++)
		sum |= zeroed[i];
	ok(zeroed != NULL && sum == 0, "calloc gives zeroes");
	free(zeroed);
	volatile size_t huge = 0x80000001u;
	ok(calloc(huge, 2) == NULL && errno == ENOMEM, "calloc sees an overflow");
	ok(malloc(huge + 0x70000000u) == NULL, "malloc of nearly everything fails");
	free(NULL);
	is(posix_memalign(&aligned, 256, 1000), 0, "posix_memalign");
	ok((uintptr_t)aligned % 256 == 0, "is aligned");
	free(aligned);
}

static void
numbers(void)
{
	char *end;

	ok(strtol("  -42x", &end, 10) == -42 && *end == 'x', "strtol stops at the first stranger");
	ok(strtol("0x1F", &end, 0) == 31 && *end == '\0', "strtol knows 0x");
	ok(strtol("017", NULL, 0) == 15 && strtol("z", NULL, 36) == 35, "octal, and base 36");
	errno = 0;
	ok(strtol("99999999999", NULL, 10) == LONG_MAX && errno == ERANGE, "too large: ERANGE");
	errno = 0;
	ok(strtol("-99999999999", NULL, 10) == LONG_MIN && errno == ERANGE, "too small: ERANGE");
	const char *none = "q";
	ok(strtol(none, &end, 10) == 0 && end == none, "no number: the end is the start");
	ok(strtoul("4294967295", NULL, 10) == ULONG_MAX, "strtoul");
	ok(strtoll("-9223372036854775808", NULL, 10) == LLONG_MIN, "strtoll");
	ok(strtoull("18446744073709551615", NULL, 10) == ULLONG_MAX, "strtoull");
	ok(atoi(" 77 ") == 77, "atoi");
	ok(strtod("1.5e3rest", &end) == 1500.0 && strcmp(end, "rest") == 0, "strtod");
	ok(strtod("-0.125", NULL) == -0.125, "strtod of a fraction");
	lldiv_t q = lldiv(-10000000000LL, 3);
	ok(q.quot == -3333333333LL && q.rem == -1, "lldiv");
	volatile unsigned long long big = 0xfedcba9876543210ULL, by = 0x123456789ULL;
	ok(big / by == 0xe00000069ULL / 1 || (big / by) * by + big % by == big,
	    "64-bit division");
}

static int
compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static void
sorting(void)
{
	static int values[1000];
	int unsorted = 0, missing = 0;

	for (int shape = 0; shape < 4; shape++) {
		for (int i = 0; i < 1000; i++)
			values[i] = shape == 0 ? (int)(chance() >> 4) % 500 : shape == 1 ? i :
			    shape == 2 ? 1000 - i : 5;
		int looked_for = values[333];
		qsort(values, 1000, sizeof values[0], compare);
		for (int i = 1; i < 1000; i++)
			unsorted += values[i - 1] > values[i];
		const int *found = bsearch(&looked_for, values, 1000, sizeof values[0], compare);
		missing += found == NULL || *found != looked_for;
	}
	is(unsorted, 0, "qsort of random, sorted, reversed and equal numbers");
	is(missing, 0, "bsearch finds one again");
}

static void
environment(void)
{
	is(setenv("KESTREL_TEST", "one", 1), 0, "setenv");
	ok(getenv("KESTREL_TEST") != NULL && strcmp(getenv("KESTREL_TEST"), "one") == 0,
	    "getenv");
	setenv("KESTREL_TEST", "two", 0);
	ok(strcmp(getenv("KESTREL_TEST"), "one") == 0, "setenv without overwriting");
	unsetenv("KESTREL_TEST");
	ok(getenv("KESTREL_TEST") == NULL, "unsetenv");
}

static int pipe_of_exits[2];

static void
say_a(void)
{
	write(pipe_of_exits[1], "a", 1);
}

static void
say_b(void)
{
	write(pipe_of_exits[1], "b", 1);
}

static int
exit_with_handlers(void *arg)
{
	(void)arg;
	atexit(say_a);
	atexit(say_b);
	exit(6);
}

static void
ending(void)
{
	char said[3] = "";

	if (pipe(pipe_of_exits) != 0)
		bail_out("no pipe");
	child_is(child_run(exit_with_handlers, NULL), 6, "exit with its value");
	ok(read(pipe_of_exits[0], said, 2) == 2 && strcmp(said, "ba") == 0,
	    "atexit functions run, the last first");
}

static jmp_buf place;

static void
jump(int value, int depth)
{
	volatile char room[64];

	room[0] = (char)depth;
	if (depth > 0)
		jump(value, depth - 1);
	else if (value >= 0)
		longjmp(place, value + room[0]);
}

static void
jumps(void)
{
	volatile int passes = 0;
	int value = setjmp(place);

	passes++;
	if (value == 0)
		jump(7, 20);
	ok(value == 7 && passes == 2, "longjmp out of twenty calls brings its value");
	value = setjmp(place);
	if (value == 0)
		jump(0, 0);
	is(value, 1, "longjmp with 0 brings 1");
}

int
main(void)
{
	allocation();
	special_allocation();
	numbers();
	sorting();
	environment();
	ending();
	jumps();
	return done_testing();
}
