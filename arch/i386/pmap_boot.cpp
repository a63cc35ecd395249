// SPDX-License-Identifier: BSD-2-Clause
// The kernel's page tables at start-up: direct map, read-only text, first table of the arena.
// After FreeBSD's pmap_bootstrap(); a direct map instead of the recursive one.

#include <vm/pmap.hpp>

#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/pmap_var.hpp>

#include <kern/kassert.hpp>
#include <vm/vm_page.hpp>

// Bounds of the kernel image, from linker.ld.
extern "C" char kernel_text_start[];
extern "C" char kernel_data_start[];
extern "C" char kernel_end[];

namespace {

// The image lies in the first 4 MiB of memory, so these reach all that start-up needs: the low
// table covers it in small pages, which lets text and constants be read-only. The arena's first
// table also serves as the window through which tables elsewhere in memory are filled.
alignas(page_size) constinit page_directory kernel_directory{};
alignas(page_size) constinit page_table low_table{};
alignas(page_size) constinit page_table arena_table{};

constexpr uint32_t kernel_bits = PG_V | PG_RW;

paddr image_phys(void const *object)
{
	return dmap_to_phys(to_vaddr(object));
}

bool is_constant(vaddr at)
{
	return at >= to_vaddr(kernel_text_start) && at < to_vaddr(kernel_data_start);
}

void map_low_memory()
{
	for (uint32_t i = 0; i < ptes_per_table; i++) {
		paddr const frame{i << page_shift};
		low_table.entries[i] = pte::make(frame,
		    is_constant(phys_to_dmap(frame)) ? uint32_t{PG_V} : kernel_bits);
	}
	kernel_directory.entries[pde_index(vm_layout::dmap_min)] =
	    pde::make(image_phys(&low_table), kernel_bits);
	kernel_directory.entries[pde_index(vm_layout::kmem_min)] =
	    pde::make(image_phys(&arena_table), kernel_bits);
}

// fill_table: a table of small pages for the 4 MiB of memory at `start`. The table lies anywhere:
// it is written through the first page of the arena.
pde fill_table(paddr table, paddr start)
{
	arena_table.entries[0] = pte::make(table, kernel_bits);
	invlpg(to_word(vm_layout::kmem_min));
	auto *window = to_pointer<page_table>(vm_layout::kmem_min);
	for (uint32_t i = 0; i < ptes_per_table; i++)
		window->entries[i] = pte::make(start + (size_t{i} << page_shift), kernel_bits);
	arena_table.entries[0] = pte{};
	invlpg(to_word(vm_layout::kmem_min));
	return pde::make(table, kernel_bits);
}

// map_high_memory: the direct map from 4 MiB to the end of memory, rounded up to 4 MiB: what lies
// between is no frame, so nobody looks there.
void map_high_memory(bool large_pages)
{
	uint32_t const spans = (to_word(vm_page_dmap_end()) + pde_span - 1) / pde_span;
	if (spans <= 1)
		return;
	paddr table = large_pages ? paddr{} : vm_page_boot_alloc(spans - 1);
	for (uint32_t i = 1; i < spans; i++) {
		paddr const start{i * pde_span};
		pde &entry = kernel_directory.entries[pde_index(phys_to_dmap(start))];
		if (large_pages) {
			entry = pde::make(start, kernel_bits | PG_PS);
		} else {
			entry = fill_table(table, start);
			table = table + page_size;
		}
	}
}

}

constinit pmap kernel_pmap{.pm_pdir = &kernel_directory};

void pmap_bootstrap()
{
	if (to_vaddr(kernel_end) > vm_layout::dmap_min + pde_span)
		panic("the kernel image ends at %p, beyond the first 4 MiB", kernel_end);
	kernel_pmap.pm_pdir_phys = image_phys(&kernel_directory);
	map_low_memory();
	bool const large_pages = (cpuid(1).edx & CPUID_PSE) != 0;
	if (large_pages)
		load_cr4(rcr4() | CR4_PSE);
	load_cr3(pmap_cr3(kernel_pmap));
	get_pcpu()->pc_pmap = &kernel_pmap;
	map_high_memory(large_pages);
	load_cr0(rcr0() | CR0_WP);
}
