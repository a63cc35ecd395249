// SPDX-License-Identifier: BSD-2-Clause
// One-instruction wrappers: ports, control registers, interrupt flag, time stamp, FPU.
// After FreeBSD's sys/i386/include/cpufunc.h.
#pragma once

#include <cstddef>
#include <cstdint>

// --- ports ---------------------------------------------------------------------------------------

inline uint8_t inb(uint16_t port)
{
	uint8_t value;
	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

inline void outw(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

// --- interrupts ----------------------------------------------------------------------------------

inline void cli() { asm volatile("cli" : : : "memory"); }
inline void sti() { asm volatile("sti" : : : "memory"); }

inline uint32_t read_eflags()
{
	uint32_t flags;
	asm volatile("pushfl; popl %0" : "=r"(flags) : : "memory");
	return flags;
}

inline void write_eflags(uint32_t flags)
{
	asm volatile("pushl %0; popfl" : : "r"(flags) : "memory", "cc");
}

// intr_disable: interrupts off on this CPU; the flags from before, for intr_restore().
inline uint32_t intr_disable()
{
	uint32_t flags = read_eflags();
	cli();
	return flags;
}

inline void intr_restore(uint32_t flags)
{
	write_eflags(flags);
}

// intr_flags_on: for intr_restore() by a thread that has no flags from before: interrupts on.
inline constexpr uint32_t intr_flags_on = 0x202;

// intr_enabled: whether this CPU takes interrupts.
inline bool intr_enabled()
{
	constexpr uint32_t interrupt_flag = 0x200;
	return (read_eflags() & interrupt_flag) != 0;
}

inline void halt() { asm volatile("hlt" : : : "memory"); }

// sti_halt: wait for an interrupt. sti takes effect one instruction late, so that none can come
// between the caller's last check, made with interrupts off, and the halt.
inline void sti_halt() { asm volatile("sti; hlt" : : : "memory"); }

// cpu_spinwait: in the body of a loop that waits for another CPU or a device.
inline void cpu_spinwait() { asm volatile("pause" : : : "memory"); }

// --- control registers and memory management -----------------------------------------------------

inline uint32_t rcr0()
{
	uint32_t value;
	asm volatile("movl %%cr0, %0" : "=r"(value));
	return value;
}

inline void load_cr0(uint32_t value) { asm volatile("movl %0, %%cr0" : : "r"(value) : "memory"); }

inline uint32_t rcr2()
{
	uint32_t value;
	asm volatile("movl %%cr2, %0" : "=r"(value));
	return value;
}

inline uint32_t rcr3()
{
	uint32_t value;
	asm volatile("movl %%cr3, %0" : "=r"(value));
	return value;
}

inline void load_cr3(uint32_t value) { asm volatile("movl %0, %%cr3" : : "r"(value) : "memory"); }

inline uint32_t rcr4()
{
	uint32_t value;
	asm volatile("movl %%cr4, %0" : "=r"(value));
	return value;
}

inline void load_cr4(uint32_t value) { asm volatile("movl %0, %%cr4" : : "r"(value) : "memory"); }

// --- debug registers -----------------------------------------------------------------------------

// load_dr: an address, number 0 to 3.
inline void load_dr(size_t number, uint32_t value)
{
	switch (number) {
	case 0:
		asm volatile("movl %0, %%dr0" : : "r"(value));
		break;
	case 1:
		asm volatile("movl %0, %%dr1" : : "r"(value));
		break;
	case 2:
		asm volatile("movl %0, %%dr2" : : "r"(value));
		break;
	default:
		asm volatile("movl %0, %%dr3" : : "r"(value));
	}
}

inline uint32_t rdr6()
{
	uint32_t value;
	asm volatile("movl %%dr6, %0" : "=r"(value));
	return value;
}

inline void load_dr6(uint32_t value) { asm volatile("movl %0, %%dr6" : : "r"(value)); }
inline void load_dr7(uint32_t value) { asm volatile("movl %0, %%dr7" : : "r"(value)); }

inline void breakpoint() { asm volatile("int3" : : : "memory"); }

inline void invlpg(uintptr_t va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

// Bits of the control registers.
inline constexpr uint32_t CR0_MP = 0x00000002;          // wait instructions honour CR0_TS
inline constexpr uint32_t CR0_TS = 0x00000008;          // next FPU instruction traps
inline constexpr uint32_t CR0_NE = 0x00000020;          // FPU errors as exception 16
inline constexpr uint32_t CR0_WP = 0x00010000;          // the kernel too honours read-only pages
inline constexpr uint32_t CR4_PSE = 0x00000010;         // 4 MiB pages
inline constexpr uint32_t CR4_OSFXSR = 0x00000200;      // fxsave and SSE are in use
inline constexpr uint32_t CR4_OSXMMEXCPT = 0x00000400;  // SIMD errors as exception 19

// --- descriptor tables ---------------------------------------------------------------------------

// The operand of lgdt and lidt.
struct [[gnu::packed]] region_descriptor final {
	uint16_t rd_limit;      // bytes - 1
	uint32_t rd_base;
};
static_assert(sizeof(region_descriptor) == 6);

inline void lgdt(region_descriptor const &rd) { asm volatile("lgdt %0" : : "m"(rd)); }
inline void lidt(region_descriptor const &rd) { asm volatile("lidt %0" : : "m"(rd)); }
inline void lldt(uint16_t selector) { asm volatile("lldt %0" : : "r"(selector)); }
inline void ltr(uint16_t selector) { asm volatile("ltr %0" : : "r"(selector)); }

inline void load_gs(uint16_t selector) { asm volatile("movw %0, %%gs" : : "rm"(selector)); }

inline uint16_t rgs()
{
	uint16_t selector;
	asm volatile("movw %%gs, %0" : "=rm"(selector));
	return selector;
}

// --- identification, time, model-specific registers ----------------------------------------------

struct cpuid_result final {
	uint32_t eax, ebx, ecx, edx;
};

inline cpuid_result cpuid(uint32_t leaf)
{
	cpuid_result r;
	asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
	    : "a"(leaf), "c"(0));
	return r;
}

// Bits of leaf 1's edx.
inline constexpr uint32_t CPUID_PSE = 1u << 3;
inline constexpr uint32_t CPUID_TSC = 1u << 4;
inline constexpr uint32_t CPUID_MSR = 1u << 5;
inline constexpr uint32_t CPUID_APIC = 1u << 9;
inline constexpr uint32_t CPUID_FXSR = 1u << 24;
inline constexpr uint32_t CPUID_SSE = 1u << 25;

inline uint64_t rdtsc()
{
	uint64_t value;
	asm volatile("rdtsc" : "=A"(value));
	return value;
}

inline uint64_t rdmsr(uint32_t msr)
{
	uint64_t value;
	asm volatile("rdmsr" : "=A"(value) : "c"(msr));
	return value;
}

// --- FPU -----------------------------------------------------------------------------------------

inline void clts() { asm volatile("clts"); }
inline void stts() { load_cr0(rcr0() | CR0_TS); }
inline void fninit() { asm volatile("fninit"); }
inline void fnsave(void *area) { asm volatile("fnsave (%0)" : : "r"(area) : "memory"); }
inline void frstor(void const *area) { asm volatile("frstor (%0)" : : "r"(area) : "memory"); }
inline void fxsave(void *area) { asm volatile("fxsave (%0)" : : "r"(area) : "memory"); }
inline void fxrstor(void const *area) { asm volatile("fxrstor (%0)" : : "r"(area) : "memory"); }
