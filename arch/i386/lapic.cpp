// SPDX-License-Identifier: BSD-2-Clause
// The local APIC: its timer, and acknowledging its interrupts.
// Written for Kestrel after Intel's manual, volume 3, "Advanced programmable interrupt controller".
#include <machine/lapic.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
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

constexpr uint64_t calibration_ns = 10'000'000;
constexpr uint64_t second_ns = 1'000'000'000;

constinit uint32_t volatile *registers{};
constinit intr_handler timer_handler{};

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
	lapic_write(reg_eoi, 0);
	timer_handler(nullptr, frame);
}

// A spurious interrupt is not acknowledged: nothing is in service.
void spurious_interrupt(void *, trapframe *)
{
}

// timer_counts: what the timer counts down in a second, measured.
uint64_t timer_counts()
{
	lapic_write(reg_lvt_timer, lvt_masked);
	lapic_write(reg_timer_divide, divide_by_16);
	uint64_t const start = nanouptime();
	lapic_write(reg_timer_initial, UINT32_MAX);
	uint64_t elapsed;
	do {
		cpu_spinwait();
		elapsed = nanouptime() - start;
	} while (elapsed < calibration_ns);
	uint64_t const counted = UINT32_MAX - lapic_read(reg_timer_current);
	return counted * second_ns / elapsed;
}

}

bool lapic_init()
{
	if ((cpuid(1).edx & CPUID_APIC) == 0 || (cpuid(1).edx & CPUID_MSR) == 0)
		return false;
	uint64_t const base = rdmsr(lapic_msr);
	if ((base & lapic_msr_enable) == 0)
		return false;
	if (registers == nullptr) {
		paddr const at{static_cast<uint32_t>(base) & ~page_mask};
		registers = static_cast<uint32_t volatile *>(pmap_mapdev(at, lapic_bytes));
	}
	if (intr_set_vector(IDT_LAPIC_SPURIOUS, spurious_interrupt, nullptr) != OK)
		panic("local APIC: spurious vector is taken");
	lapic_write(reg_spurious, spurious_enable | IDT_LAPIC_SPURIOUS);
	lapic_write(reg_task_priority, 0);
	lapic_write(reg_lvt_timer, lvt_masked);
	lapic_write(reg_lvt_lint0, lvt_extint);
	lapic_write(reg_lvt_lint1, lvt_nmi);
	get_pcpu()->pc_apicid = lapic_read(reg_id) >> 24;
	return true;
}

void lapic_timer_start(uint32_t rate, intr_handler handler)
{
	uint64_t const counts = timer_counts();
	timer_handler = handler;
	if (intr_set_vector(IDT_LAPIC_TIMER, timer_interrupt, nullptr) != OK)
		panic("local APIC: timer vector is taken");
	lapic_write(reg_lvt_timer, lvt_periodic | IDT_LAPIC_TIMER);
	lapic_write(reg_timer_initial, static_cast<uint32_t>(counts / rate));
}
