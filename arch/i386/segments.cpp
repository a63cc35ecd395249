// SPDX-License-Identifier: BSD-2-Clause
// Descriptor tables and task state segments of every CPU, and the double-fault task.
// After FreeBSD's sys/i386/i386/machdep.c (init386) and exception.s.
#include <machine/segments.hpp>

#include <kern/kassert.hpp>
#include <kern/ksyms.hpp>
#include <kern/md.hpp>
#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>
#include <vm/vm_glue.hpp>

namespace {

constexpr uint32_t flat_limit = 0xffffffff;
constexpr size_t dblfault_stack_bytes = 4096;
constexpr size_t backtrace_most = 16;

// What one CPU's descriptor registers point at.
struct cpu_segments final {
	descriptor cs_gdt[NGDT];
	i386tss    cs_tss;
	i386tss    cs_dblfault_tss;
	alignas(16) uint8_t cs_dblfault_stack[dblfault_stack_bytes];
};

constinit cpu_segments segments[MAXCPU]{};
constinit descriptor idt[NIDT]{};
constinit descriptor ldt[NLDT]{};

// The stubs of exception.S.
extern "C" {
void Xdiv();
void Xdbg();
void Xnmi();
void Xbpt();
void Xofl();
void Xbnd();
void Xill();
void Xdna();
void Xfpusegm();
void Xtss();
void Xmissing();
void Xstk();
void Xprot();
void Xpage();
void Xfpu();
void Xalign();
void Xmchk();
void Xxmm();
void Xint0x80_syscall();
void Xlcall_syscall();
extern char const intr_stubs[];
// In locore.S: all segment registers to the kernel's descriptors.
void segments_reload();
}
constexpr uint32_t intr_stub_size = 16;

// Exceptions by vector. Vector 8 is the double-fault task; user mode may raise 3 and 4 itself.
struct exception_gate final {
	uint8_t  eg_vector;
	void   (*eg_entry)();
	uint32_t eg_dpl;
};
constexpr exception_gate exceptions[] = {
	{0, Xdiv, SEL_KPL}, {1, Xdbg, SEL_KPL}, {2, Xnmi, SEL_KPL}, {3, Xbpt, SEL_UPL},
	{4, Xofl, SEL_UPL}, {5, Xbnd, SEL_KPL}, {6, Xill, SEL_KPL}, {7, Xdna, SEL_KPL},
	{9, Xfpusegm, SEL_KPL}, {10, Xtss, SEL_KPL}, {11, Xmissing, SEL_KPL},
	{12, Xstk, SEL_KPL}, {13, Xprot, SEL_KPL}, {14, Xpage, SEL_KPL}, {16, Xfpu, SEL_KPL},
	{17, Xalign, SEL_KPL}, {18, Xmchk, SEL_KPL}, {19, Xxmm, SEL_KPL},
};
constexpr uint32_t vector_double_fault = 8;

uint32_t address_of(void const *object)
{
	return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(object));
}

uint32_t address_of(void (*function)())
{
	return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(function));
}

template <class Table>
region_descriptor region_of(Table const &table)
{
	return {static_cast<uint16_t>(sizeof table - 1), address_of(&table)};
}

// dblfault_task: what the processor switches to when it cannot push a trap frame, as a rule because
// the kernel stack has run into its guard page. The context that failed is in this CPU's TSS.
[[noreturn]] void dblfault_task()
{
	i386tss const &from = segments[curcpu()].cs_tss;
	uint32_t const address = rcr2();
	bool const overflow = kstack_guard_contains(vaddr{address}) ||
	    kstack_guard_contains(vaddr{from.tss_esp}) ||
	    kstack_guard_contains(vaddr{from.tss_esp - 1});

	printf("double fault: eip %#x esp %#x ebp %#x eflags %#x cr2 %#x\n", from.tss_eip,
	    from.tss_esp, from.tss_ebp, from.tss_eflags, address);
	printf("eax %#x ebx %#x ecx %#x edx %#x esi %#x edi %#x\n", from.tss_eax, from.tss_ebx,
	    from.tss_ecx, from.tss_edx, from.tss_esi, from.tss_edi);
	uintptr_t pcs[backtrace_most + 1];
	pcs[0] = from.tss_eip;
	print_backtrace(pcs, 1 + stack_trace(from.tss_ebp, &pcs[1], backtrace_most));
	panic(overflow ? "kernel stack overflow" : "double fault");
}

void make_tss(uint32_t cpu)
{
	cpu_segments &s = segments[cpu];
	s.cs_tss.tss_ss0 = KDSEL;
	s.cs_tss.tss_ioopt = static_cast<uint32_t>(sizeof(i386tss)) << 16;

	i386tss &t = s.cs_dblfault_tss;
	t.tss_cr3 = rcr3();
	t.tss_eip = address_of(dblfault_task);
	t.tss_eflags = PSL_KERNEL;
	t.tss_esp = t.tss_esp0 = address_of(s.cs_dblfault_stack) + dblfault_stack_bytes;
	t.tss_cs = KCSEL;
	t.tss_ss = t.tss_ss0 = t.tss_ds = t.tss_es = KDSEL;
	t.tss_fs = KPSEL;
	t.tss_ldt = GSEL(GLDT_SEL);
	t.tss_ioopt = s.cs_tss.tss_ioopt;
}

void make_gdt(uint32_t cpu)
{
	cpu_segments &s = segments[cpu];
	s.cs_gdt[GCODE_SEL] = segment(0, flat_limit, SDT_MEMERA, SEL_KPL);
	s.cs_gdt[GDATA_SEL] = segment(0, flat_limit, SDT_MEMRWA, SEL_KPL);
	s.cs_gdt[GPRIV_SEL] = segment(address_of(&cpu_data[cpu]), sizeof(pcpu) - 1, SDT_MEMRWA,
	    SEL_KPL);
	s.cs_gdt[GLDT_SEL] = segment(address_of(ldt), sizeof ldt - 1, SDT_SYSLDT, SEL_KPL);
	s.cs_gdt[GPROC0_SEL] = segment(address_of(&s.cs_tss), sizeof(i386tss) - 1,
	    SDT_SYS386TSS, SEL_KPL);
	s.cs_gdt[GDBLFLT_SEL] = segment(address_of(&s.cs_dblfault_tss), sizeof(i386tss) - 1,
	    SDT_SYS386TSS, SEL_KPL);
}

}

void idt_init()
{
	ldt[LSYS5CALLS_SEL] = gate(KCSEL, address_of(Xlcall_syscall), SDT_SYS386CGT, SEL_UPL);
	ldt[LUCODE_SEL] = segment(0, flat_limit, SDT_MEMERA, SEL_UPL);
	ldt[LUDATA_SEL] = segment(0, flat_limit, SDT_MEMRWA, SEL_UPL);

	// Vectors without a gate end in a protection fault.
	for (exception_gate const &e : exceptions)
		idt[e.eg_vector] = gate(KCSEL, address_of(e.eg_entry), SDT_SYS386IGT, e.eg_dpl);
	idt[vector_double_fault] = gate(GSEL(GDBLFLT_SEL), 0, SDT_SYSTASKGT, SEL_KPL);
	for (uint32_t v = IDT_IRQ0; v < IDT_INTR_END; v++)
		idt[v] = gate(KCSEL, address_of(intr_stubs) + (v - IDT_IRQ0) * intr_stub_size,
		    SDT_SYS386IGT, SEL_KPL);
	idt[IDT_SYSCALL] = gate(KCSEL, address_of(Xint0x80_syscall), SDT_SYS386TGT, SEL_UPL);
}

void segments_init(uint32_t cpu)
{
	cpu_data[cpu].pc_self = &cpu_data[cpu];
	cpu_data[cpu].pc_cpuid = cpu;
	make_gdt(cpu);
	make_tss(cpu);
	lgdt(region_of(segments[cpu].cs_gdt));
	segments_reload();
	lidt(region_of(idt));
	lldt(GSEL(GLDT_SEL));
	ltr(GSEL(GPROC0_SEL));
}

void tss_set_esp0(uint32_t esp0)
{
	segments[curcpu()].cs_tss.tss_esp0 = esp0;
}

void segments_set_kernel_cr3(uint32_t cr3)
{
	for (cpu_segments &s : segments)
		s.cs_dblfault_tss.tss_cr3 = cr3;
}
