// SPDX-License-Identifier: BSD-2-Clause
// Start-up of the clocks: time counter, battery clock, tick source.
// After FreeBSD's i386/isa/clock.c.
#pragma once

#include <cstdint>

// clock_init: nanouptime() and boot_time() work from here on; measures the time stamp counter
// against the 8254. Once, interrupts off. Ticks begin at SI_SUB_CLOCKS.
void clock_init();

// clock_agreed: the rate that two calls of measure() in a row agree on, to 1/256; or, on a machine
// that never keeps still, that of the last of a few. A pause between two readings spoils a
// measurement, either way, and two are hardly ever spoilt alike.
template <class Measure>
uint64_t clock_agreed(Measure measure)
{
	constexpr int most = 10;
	uint64_t last = measure();
	for (int i = 1; i < most; i++) {
		uint64_t const rate = measure();
		uint64_t const apart = rate > last ? rate - last : last - rate;
		if (apart < last / 256)
			return rate;
		last = rate;
	}
	return last;
}
