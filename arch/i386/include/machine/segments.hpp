// SPDX-License-Identifier: BSD-2-Clause
// Selectors, descriptors and task state segments of the i386, built at compile time.
// After FreeBSD's sys/i386/include/segments.h; selector values of user mode are its.
#pragma once

#include <cstddef>
#include <cstdint>

// Indices in each CPU's GDT. The data segment at GPRIV_SEL is based at that CPU's struct pcpu.
enum gdt_index : uint32_t {
	GNULL_SEL,
	GCODE_SEL,
	GDATA_SEL,
	GPRIV_SEL,
	GLDT_SEL,
	GPROC0_SEL,             // task state: kernel stack for entries from user mode
	GDBLFLT_SEL,            // task state of the double-fault handler
	NGDT,
};

// Indices in the LDT, one for all threads.
enum ldt_index : uint32_t {
	LSYS5CALLS_SEL,         // the system call gate of lcall $7,$0
	LUCODE_SEL = 3,
	LUDATA_SEL = 5,
	NLDT = 6,
};

constexpr uint16_t GSEL(uint32_t index) { return static_cast<uint16_t>(index << 3); }
constexpr uint16_t LSEL(uint32_t index) { return static_cast<uint16_t>(index << 3 | 4 | 3); }

inline constexpr uint16_t KCSEL = GSEL(GCODE_SEL);
inline constexpr uint16_t KDSEL = GSEL(GDATA_SEL);
inline constexpr uint16_t KPSEL = GSEL(GPRIV_SEL);
inline constexpr uint16_t UCSEL = LSEL(LUCODE_SEL);
inline constexpr uint16_t UDSEL = LSEL(LUDATA_SEL);
static_assert(UCSEL == 0x1f && UDSEL == 0x2f, "user selectors are ABI");

enum : uint32_t { SEL_KPL = 0, SEL_UPL = 3, SEL_RPL_MASK = 3 };

// Eight bytes of GDT, LDT or IDT.
enum class descriptor : uint64_t {};

enum segment_type : uint8_t {
	SDT_SYSLDT = 0x02,      // local descriptor table
	SDT_SYSTASKGT = 0x05,   // task gate
	SDT_SYS386TSS = 0x09,   // available task state segment
	SDT_SYS386CGT = 0x0c,   // call gate
	SDT_SYS386IGT = 0x0e,   // gate that turns interrupts off
	SDT_SYS386TGT = 0x0f,   // gate that leaves interrupts as they are
	SDT_MEMRWA = 0x13,      // read-write data, accessed
	SDT_MEMERA = 0x1b,      // readable code, accessed
};

// segment: `limit` is the last valid offset; above 1 MiB it counts whole pages.
constexpr descriptor segment(uint32_t base, uint32_t limit, segment_type type, uint32_t dpl)
{
	uint64_t const present = 1u << 15, wide = (type & 0x10u) != 0 ? 1u << 22 : 0;
	uint64_t const pages = limit > 0xfffff ? 1u << 23 : 0;
	uint64_t const units = pages != 0 ? limit >> 12 : limit;
	uint64_t const low = (units & 0xffff) | static_cast<uint64_t>(base & 0xffff) << 16;
	uint64_t const high = (base >> 16 & 0xff) | static_cast<uint64_t>(type) << 8 | dpl << 13 |
	    present | (units & 0xf0000) | wide | pages | (base & 0xff000000);
	return descriptor{high << 32 | low};
}

// gate: entry of the IDT, or a call gate of the LDT that copies nothing of the caller's stack. A
// task gate has the selector of a task state segment and no offset.
constexpr descriptor gate(uint16_t selector, uint32_t offset, segment_type type, uint32_t dpl)
{
	uint64_t const low = (offset & 0xffff) | static_cast<uint64_t>(selector) << 16;
	uint64_t const high = (offset & 0xffff0000) | 1u << 15 | dpl << 13 |
	    static_cast<uint64_t>(type) << 8;
	return descriptor{high << 32 | low};
}

// Task state segment of the i386. The processor reads ss0:esp0 on entry from user mode; the rest is
// used by the double-fault task alone. Selectors occupy the low half of their words.
struct i386tss final {
	uint32_t tss_link;
	uint32_t tss_esp0, tss_ss0, tss_esp1, tss_ss1, tss_esp2, tss_ss2;
	uint32_t tss_cr3, tss_eip, tss_eflags;
	uint32_t tss_eax, tss_ecx, tss_edx, tss_ebx, tss_esp, tss_ebp, tss_esi, tss_edi;
	uint32_t tss_es, tss_cs, tss_ss, tss_ds, tss_fs, tss_gs;
	uint32_t tss_ldt;
	uint32_t tss_ioopt;     // bits 31-16: offset of the I/O map; beyond the limit: no ports
};
static_assert(sizeof(i386tss) == 104);
static_assert(offsetof(i386tss, tss_esp0) == 4);

// segments_init: build and load GDT, IDT, LDT and TSS of CPU `cpu` and its %fs. The first thing any
// CPU does in C++: curthread works from here on. idt_init fills the shared IDT, once, before.
void idt_init();
void segments_init(uint32_t cpu);

// tss_set_esp0: where the next entry from user mode on this CPU starts pushing. Interrupts off.
void tss_set_esp0(uint32_t esp0);

// segments_set_kernel_cr3: page directory that the double-fault task of every CPU runs on.
void segments_set_kernel_cr3(uint32_t cr3);

// user_data_selector: whether a context may hold this in ds, es, fs or gs: null, or user mode's own
// code or data segment at any requested privilege.
constexpr bool user_data_selector(uint32_t selector)
{
	uint32_t const index = selector & 0xffff & ~SEL_RPL_MASK;
	return index == 0 || index == (UDSEL & ~SEL_RPL_MASK) || index == (UCSEL & ~SEL_RPL_MASK);
}
