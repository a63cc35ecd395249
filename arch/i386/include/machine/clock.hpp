// SPDX-License-Identifier: BSD-2-Clause
// Start-up of the clocks: time counter, battery clock, tick source.
// After FreeBSD's i386/isa/clock.c.
#pragma once

// clock_init: nanouptime() and boot_time() work from here on; measures the time stamp counter
// against the 8254. Once, interrupts off. Ticks begin at SI_SUB_CLOCKS.
void clock_init();
