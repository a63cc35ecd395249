// SPDX-License-Identifier: BSD-2-Clause
// The local APIC: its timer, and acknowledging its interrupts.
// Written for Kestrel after Intel's manual; FreeBSD 5.0's is i386/i386/mp_machdep.c.
#pragma once

#include <machine/intr.hpp>

#include <cstdint>

// lapic_init: map and enable this CPU's local APIC, passing the 8259s' interrupts through; false
// when the CPU has none. After the kernel arena works, interrupts off.
bool lapic_init();

// lapic_timer_start: handler(nullptr, frame) `rate` times a second on this CPU. The timer's speed
// is measured against nanouptime(), which must be precise by now.
void lapic_timer_start(uint32_t rate, intr_handler handler);
