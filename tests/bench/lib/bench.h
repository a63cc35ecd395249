// SPDX-License-Identifier: BSD-2-Clause
// Counting the instructions of one operation, many times over, and reporting their median.
// Written for Kestrel.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// The emulator runs with `-icount shift=0,sleep=off` and one CPU: rdtsc advances by one for each
// guest instruction, so a difference of two readings is a count, the same in every run. A
// difference includes BENCH_OVERHEAD instructions of reading.
#define BENCH_OVERHEAD	3
#define BENCH_SAMPLES	501	// odd, so that the median is one of them

// bench_now: instructions since reset, the low half; differences are right across its wrap.
static inline uint32_t
bench_now(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

struct bench_samples {
	unsigned int	count;
	uint32_t	value[BENCH_SAMPLES];
};

// bench_add: one operation took from `before` to `after`; further samples are ignored. Whether
// more are wanted.
bool bench_add(struct bench_samples *s, uint32_t before, uint32_t after);
// bench_report: the line `bench NAME MEDIAN LEAST MOST SAMPLES` on standard output, values divided
// by `operations`, the number of operations that one sample covers; forgets the samples.
void bench_report(const char *name, struct bench_samples *s, unsigned int operations);
// bench_value: the same line for a figure that was measured once.
void bench_value(const char *name, uint64_t value);
// bench_skip: the line `skip NAME WHY`.
void bench_skip(const char *name, const char *why);
// bench_fatal: what cannot be measured ends the program with status 1.
_Noreturn void bench_fatal(const char *what);
