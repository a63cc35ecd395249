// SPDX-License-Identifier: BSD-2-Clause
// What a clock interrupt takes from a program that computes.
// Written for Kestrel; run with kern.hz=10000, which makes ticks frequent and no tick dearer.
#include "lib/bench.h"

#define TICKS	101
#define GAP	100	// instructions between two readings that something else must explain

static struct bench_samples samples;

int
main(void)
{
	uint32_t usual = UINT32_MAX, last = bench_now();

	while (samples.count < TICKS) {
		uint32_t now = bench_now();
		uint32_t gap = now - last;

		last = now;
		if (gap < usual)
			usual = gap;
		else if (gap > GAP)
			bench_add(&samples, usual, gap + BENCH_OVERHEAD);
	}
	bench_report("user_tick", &samples, 1);
	return 0;
}
