// SPDX-License-Identifier: BSD-2-Clause
// The local APIC: its timer, and acknowledging its interrupts.
// Written for Kestrel after Intel's manual, volume 3, "Advanced programmable interrupt controller".
#include <machine/lapic.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <machine/clock.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>
#include <vm/pmap.hpp>

namespace {

// Registers, as byte offsets.
enum lapic_register : uint32_t {
	reg_id = 0x020,
	reg_task_priority = 0x080,
	reg_eoi = 0x0b0,
	reg_spurious = 0x0f0,
	reg_command_low = 0x300,
	reg_command_high = 0x310,
	reg_lvt_timer = 0x320,
	reg_lvt_lint0 = 0x350,
	reg_lvt_lint1 = 0x360,
	reg_timer_initial = 0x380,
	reg_timer_current = 0x390,
	reg_timer_divide = 0x3e0,
};

constexpr uint32_t lapic_msr = 0x1b;
constexpr uint64_t lapic_msr_enable = 0x800;
constexpr uint32_t lapic_bytes = 0x400;
constexpr uint32_t spurious_enable = 0x100;
constexpr uint32_t lvt_masked = 0x10000;
constexpr uint32_t lvt_periodic = 0x20000;
constexpr uint32_t lvt_nmi = 0x400;
constexpr uint32_t lvt_extint = 0x700;          // the vector comes from the 8259
constexpr uint32_t divide_by_16 = 0x3;
constexpr uint32_t command_assert = 0x4000;
constexpr uint32_t command_pending = 0x1000;    // not accepted by the bus yet
constexpr uint32_t apicid_shift = 24;

constexpr uint64_t calibration_ns = 500'000;
constexpr uint64_t second_ns = 1'000'000'000;

constinit uint32_t volatile *registers{};
constinit intr_handler timer_handler{};
constinit uint32_t timer_period{};      // counts from one timer interrupt to the next

uint32_t lapic_read(lapic_register reg)
{
	return registers[reg / sizeof(uint32_t)];
}

void lapic_write(lapic_register reg, uint32_t value)
{
	registers[reg / sizeof(uint32_t)] = value;
}

void timer_interrupt(void *, trapframe *frame)
{
	lapic_eoi();
	timer_handler(nullptr, frame);
}

// A spurious interrupt is not acknowledged: nothing is in service.
void spurious_interrupt(void *, trapframe *)
{
}

// What the timer has left to count, and when.
struct timer_reading final {
	uint64_t time;
	uint32_t left;
};

// timer_read: of a few readings the one during which least time passed.
timer_reading timer_read()
{
	constexpr int tries = 4;
	timer_reading best{};
	uint64_t shortest = UINT64_MAX;
	for (int i = 0; i < tries; i++) {
		uint64_t const before = nanouptime();
		uint32_t const left = lapic_read(reg_timer_current);
		uint64_t const length = nanouptime() - before;
		if (length < shortest) {
			shortest = length;
			best = {before + length / 2, left};
		}
	}
	return best;
}

// timer_round: what the timer counts down in a second, measured once.
uint64_t timer_round()
{
	lapic_write(reg_timer_initial, UINT32_MAX);
	timer_reading const start = timer_read();
	while (nanouptime() - start.time < calibration_ns)
		cpu_spinwait();
	timer_reading const end = timer_read();
	return uint64_t{start.left - end.left} * second_ns / (end.time - start.time);
}

uint64_t timer_counts()
{
	lapic_write(reg_lvt_timer, lvt_masked);
	lapic_write(reg_timer_divide, divide_by_16);
	return clock_agreed(timer_round);
}

// enable: this CPU's local APIC takes interrupts; `lint0` is what the 8259s' output does.
void enable(uint32_t lint0)
{
	lapic_write(reg_spurious, spurious_enable | IDT_LAPIC_SPURIOUS);
	lapic_write(reg_task_priority, 0);
	lapic_write(reg_lvt_timer, lvt_masked);
	lapic_write(reg_lvt_lint0, lint0);
	lapic_write(reg_lvt_lint1, lvt_nmi);
	get_pcpu()->pc_apicid = lapic_read(reg_id) >> apicid_shift;
}

void timer_run()
{
	lapic_write(reg_timer_divide, divide_by_16);
	lapic_write(reg_lvt_timer, lvt_periodic | IDT_LAPIC_TIMER);
	lapic_write(reg_timer_initial, timer_period);
}

}

bool lapic_usable()
{
	return (cpuid(1).edx & CPUID_APIC) != 0 && (cpuid(1).edx & CPUID_MSR) != 0 &&
	    (rdmsr(lapic_msr) & lapic_msr_enable) != 0;
}

bool lapic_init()
{
	if (!lapic_usable())
		return false;
	if (registers == nullptr) {
		paddr const at{static_cast<uint32_t>(rdmsr(lapic_msr)) & ~page_mask};
		registers = static_cast<uint32_t volatile *>(pmap_mapdev(at, lapic_bytes));
	}
	if (intr_set_vector(IDT_LAPIC_SPURIOUS, spurious_interrupt, nullptr) != OK)
		panic("local APIC: spurious vector is taken");
	enable(lvt_extint);
	return true;
}

void lapic_init_ap()
{
	enable(lvt_masked);
}

void lapic_timer_start(uint32_t rate, intr_handler handler)
{
	timer_period = static_cast<uint32_t>(timer_counts() / rate);
	timer_handler = handler;
	if (intr_set_vector(IDT_LAPIC_TIMER, timer_interrupt, nullptr) != OK)
		panic("local APIC: timer vector is taken");
	timer_run();
}

void lapic_timer_start_ap()
{
	timer_run();
}

void lapic_eoi()
{
	lapic_write(reg_eoi, 0);
}

void lapic_send(uint32_t apicid, ipi_kind kind, uint32_t vector)
{
	// An interrupt handler between the two writes could send one of its own.
	uint32_t const flags = intr_disable();
	while ((lapic_read(reg_command_low) & command_pending) != 0)
		cpu_spinwait();
	lapic_write(reg_command_high, apicid << apicid_shift);
	lapic_write(reg_command_low, command_assert | static_cast<uint32_t>(kind) | vector);
	intr_restore(flags);
}
