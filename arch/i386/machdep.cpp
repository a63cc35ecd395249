// SPDX-License-Identifier: BSD-2-Clause
// Start-up: from the first C++ function to mi_startup, on the machine's one running CPU.
// After FreeBSD 5.0 sys/i386/i386/machdep.c, init386().
#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <kern/sysinit.hpp>
#include <machine/clock.hpp>
#include <machine/console.hpp>
#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>
#include <machine/multiboot.hpp>
#include <machine/npx.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/segments.hpp>
#include <machine/smp.hpp>
#include <vm/pmap.hpp>
#include <vm/uma.hpp>
#include <vm/vm_glue.hpp>
#include <vm/vm_page.hpp>

#include <span>

// From locore.S, in this order. i386_first_cpu makes curthread and traps work, so that no later
// code can be moved before that; i386_init does the rest.
extern "C" void i386_first_cpu();
extern "C" [[noreturn]] void i386_init(uint32_t magic, uint32_t info);

constinit pcpu cpu_data[MAXCPU]{};

namespace {

// Of the image: linker.ld. The stack: locore.S.
extern "C" char kernel_start[], kernel_end[];
extern "C" char thread0_stack[];

constexpr uint32_t first_mib = 1u << 20;
constexpr uint32_t kib = 1024;

// What start-up remembers of the loader's structures, whose memory is reused.
constexpr size_t memory_ranges_most = 64;
constinit phys_range memory_ranges[memory_ranges_most]{};
constinit size_t memory_range_count{};
constinit phys_range module_range{};    // first module; empty: none

template <class One>
One const *at_phys(uint32_t address)
{
	return to_pointer<One const>(phys_to_dmap(paddr{address}));
}

void add_memory(uint64_t start, uint64_t length)
{
	if (memory_range_count < memory_ranges_most)
		memory_ranges[memory_range_count++] = {start, start + length};
}

void read_memory_map(multiboot_info const &info)
{
	if ((info.flags & MULTIBOOT_MMAP) == 0) {
		if ((info.flags & MULTIBOOT_MEMORY) == 0)
			panic("the boot loader does not say what memory there is");
		add_memory(first_mib, uint64_t{info.mem_upper} * kib);
		return;
	}
	uint32_t at = info.mmap_addr;
	while (at < info.mmap_addr + info.mmap_length) {
		auto const &m = *at_phys<multiboot_mmap>(at);
		if (m.type == multiboot_mmap_memory)
			add_memory(m.addr, m.len);
		at += m.size + static_cast<uint32_t>(sizeof m.size);
	}
}

void read_module(multiboot_info const &info)
{
	if ((info.flags & MULTIBOOT_MODULES) == 0 || info.mods_count == 0)
		return;
	auto const &m = *at_phys<multiboot_module>(info.mods_addr);
	if (m.mod_end > vm_layout::dmap_most)
		panic("the boot image ends at %#x, beyond the direct map", m.mod_end);
	module_range = {m.mod_start, m.mod_end};
}

// start_proc0: thread0, running since the first instruction, gets what every thread has.
void start_proc0()
{
	thread0.td_kstack = reinterpret_cast<uintptr_t>(thread0_stack);
	thread0.td_kstack_pages = config::kstack_pages;
	cpu_thread_setup(&thread0);
	get_pcpu()->pc_curpcb = thread0.td_pcb;
	tss_set_esp0(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(thread0.td_pcb)) -
	    PCB_FRAME_GAP);
	proc0_init();
}

void start_memory()
{
	auto const start = dmap_to_phys(to_vaddr(kernel_start));
	auto const end = dmap_to_phys(to_vaddr(kernel_end));
	phys_range const reserved[] = {{to_word(start), to_word(end)}, module_range};

	vm_page_bootstrap(std::span{memory_ranges, memory_range_count}, reserved);
	pmap_bootstrap();
	vm_page_startup();
	uma_startup();
	segments_set_kernel_cr3(pmap_cr3(kernel_pmap));
}

}

// Not guarded itself: the guard changes while it runs.
[[gnu::no_stack_protector]]
void i386_first_cpu()
{
	if constexpr (config::invariants)
		stack_guard_init((cpuid(1).edx & CPUID_TSC) != 0 ? rdtsc() : 0);
	cpu_data[0].pc_curthread = &thread0;
	idt_init();
	segments_init(0);
}

void i386_init(uint32_t magic, uint32_t info_address)
{
	bool const loaded = magic == multiboot_loaded;
	auto const &info = *at_phys<multiboot_info>(info_address);
	// First, so that whatever follows can print, and a panic can end the machine as asked.
	cmdline_init(loaded && (info.flags & MULTIBOOT_CMDLINE) != 0 ?
	    at_phys<char>(info.cmdline) : nullptr);
	cninit();
	start_proc0();
	if (!loaded)
		panic("not started by a Multiboot loader: magic %#x", magic);
	read_memory_map(info);
	read_module(info);
	icu_init();
	npx_init();
	clock_init();
	start_memory();
	mp_find();
	mi_startup();
}

bool boot_module(void const **start, size_t *size)
{
	if (module_range.start == module_range.end)
		return false;
	*start = to_pointer<void const>(phys_to_dmap(paddr{static_cast<uint32_t>(
	    module_range.start)}));
	*size = static_cast<size_t>(module_range.end - module_range.start);
	return true;
}
