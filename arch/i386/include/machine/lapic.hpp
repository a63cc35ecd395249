// SPDX-License-Identifier: BSD-2-Clause
// The local APIC: its timer, and acknowledging its interrupts.
// Written for Kestrel after Intel's manual; FreeBSD 5.0's is i386/i386/mp_machdep.c.
#pragma once

#include <machine/intr.hpp>

#include <cstdint>

// lapic_usable: whether this CPU has a local APIC that is on.
bool lapic_usable();

// lapic_init: map and enable the boot CPU's local APIC, passing the 8259s' interrupts through;
// false when there is none. After the kernel arena works, interrupts off.
//
// The 8259s stay in "virtual wire" mode: their one output is wired to LINT0 of all local APICs, and
// only the boot CPU's accepts it, as ExtINT. So device interrupts, which are few, all come to the
// boot CPU, and no I/O APIC has to be found and programmed.
bool lapic_init();

// lapic_init_ap: enable the local APIC of the calling CPU, which is not the boot CPU, deaf to the
// 8259s.
void lapic_init_ap();

// lapic_timer_start: handler(nullptr, frame) `rate` times a second on this CPU. The timer's speed
// is measured against nanouptime(), which must be precise by now. lapic_timer_start_ap: the same
// on another CPU; all local APICs count at one speed, that of the bus.
void lapic_timer_start(uint32_t rate, intr_handler handler);
void lapic_timer_start_ap();

// lapic_eoi: the handler of an interrupt from this CPU's local APIC has seen it.
void lapic_eoi();

// How one CPU gets at another.
enum class ipi_kind : uint32_t {
	fixed = 0x000,          // an interrupt, with a vector
	nmi = 0x400,
	init = 0x500,           // reset, then wait for startup
	startup = 0x600,        // run in real mode from page `vector` on
};

// lapic_send: to the CPU whose local APIC has this number. Any context.
void lapic_send(uint32_t apicid, ipi_kind kind, uint32_t vector);
