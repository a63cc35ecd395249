// SPDX-License-Identifier: BSD-2-Clause
// Frames, kernel addresses and page tables: counts, guards, sharing, and who may reach what.
// Written for Kestrel.

#include <kern/proc.hpp>
#include <kern/selftest.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/pmap_var.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_glue.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

constexpr uint32_t first_kernel_pde = pde_index(vm_layout::dmap_min);
constexpr vaddr base{0x10000000};

uint32_t settled_free_frames()
{
	vm_reclaim();
	return vm_page_count().free;
}

}

SELFTEST(frame_counts_add_up)
{
	vm_page_counts const before = vm_page_count();
	EXPECT_EQ(before.total, before.free + before.user + before.wired);
	vm_page *page = vm_page_alloc(M_WAITOK | M_ZERO);
	vm_page_counts const with = vm_page_count();
	EXPECT_EQ(before.free - 1, with.free);
	EXPECT_EQ(before.wired + 1, with.wired);
	vm_page_ref(*page);
	vm_page_unref(*page);
	EXPECT_EQ(1, vm_page_refs(*page));
	vm_page_free(*page);
	EXPECT_EQ(before.free, vm_page_count().free);
}

SELFTEST(frame_and_address_translate_both_ways)
{
	vm_page *page = vm_page_alloc(M_WAITOK);
	paddr const at = vm_page_to_phys(*page);
	EXPECT(phys_to_vm_page(at) == page);
	EXPECT(phys_to_vm_page(at + (page_size - 1)) == page);
	EXPECT(dmap_to_phys(to_vaddr(vm_page_data(*page))) == at);
	EXPECT(phys_to_vm_page(paddr{}) == nullptr);
	vm_page_free(*page);
}

SELFTEST(arena_runs_do_not_overlap_and_come_back)
{
	vaddr const one = *kmem_alloc_va(3);
	vaddr const two = *kmem_alloc_va(2);
	EXPECT(one != two);
	EXPECT(two >= one + 3 * page_size || one >= two + 2 * page_size);
	kmem_free_va(one, 3);
	vaddr const again = *kmem_alloc_va(3);
	EXPECT(again == one);
	kmem_free_va(again, 3);
	kmem_free_va(two, 2);
	EXPECT(!kmem_alloc_va((vm_layout::kmem_max - vm_layout::kmem_min) >> page_shift));
}

SELFTEST(arena_memory_is_contiguous_and_returns_its_frames)
{
	constexpr size_t pages = 5;
	uint32_t const before = settled_free_frames();
	vaddr const at = *kmem_alloc(pages);
	memset(to_pointer<void>(at), 0x77, pages * page_size);
	EXPECT_EQ(before - pages, vm_page_count().free);
	kmem_free(at, pages);
	EXPECT_EQ(before, vm_page_count().free);
	EXPECT(!pmap_kextract(at));
}

SELFTEST(kernel_stack_lies_over_a_guard_page)
{
	vaddr const stack = *kstack_alloc();
	EXPECT(kstack_guard_contains(stack - 1));
	EXPECT(kstack_guard_contains(stack - page_size));
	EXPECT(!kstack_guard_contains(stack));
	EXPECT(!kstack_guard_contains(stack + kstack_bytes - 1));
	memset(to_pointer<void>(stack), 0, kstack_bytes);
	kstack_free(stack);
	EXPECT(kstack_guard_contains(vaddr{static_cast<uint32_t>(curthread->td_kstack)} - 1));
}

SELFTEST(no_kernel_page_is_reachable_from_user_mode)
{
	for (uint32_t i = first_kernel_pde; i < ptes_per_table; i++)
		EXPECT((kernel_pmap.pm_pdir->entries[i].word & PG_U) == 0);
	for (uint32_t i = 0; i < first_kernel_pde; i++)
		EXPECT(!kernel_pmap.pm_pdir->entries[i].valid());
}

SELFTEST(kernel_text_and_constants_are_read_only)
{
	static constexpr char constant[] = "constant";
	static constinit char variable[] = "variable";
	auto const text = to_vaddr(reinterpret_cast<void const *>(&pmap_bootstrap));
	EXPECT(!pmap_pte(kernel_pmap, text)->writable());
	EXPECT(!pmap_pte(kernel_pmap, to_vaddr(constant))->writable());
	EXPECT(pmap_pte(kernel_pmap, to_vaddr(variable))->writable());
}

SELFTEST(arena_tables_appear_in_every_pmap)
{
	pmap pm{};
	EXPECT(pmap_pinit(pm) == OK);
	// More pages than one table holds: at least one table is new, or all were there already.
	size_t const pages = 2 * ptes_per_table;
	vaddr const at = *kmem_alloc_va(pages);
	for (uint32_t i = first_kernel_pde; i < ptes_per_table; i++)
		EXPECT(pm.pm_pdir->entries[i].word == kernel_pmap.pm_pdir->entries[i].word);
	kmem_free_va(at, pages);
	pmap_release(pm);
}

SELFTEST(pmap_gives_back_empty_tables_and_all_frames)
{
	uint32_t const before = settled_free_frames();
	pmap pm{};
	EXPECT(pmap_pinit(pm) == OK);
	for (uint32_t i = 0; i < 3; i++) {
		vm_page *page = vm_page_alloc(M_WAITOK | VM_ALLOC_USER);
		EXPECT(pmap_enter(pm, base + i * pde_span, *page, VM_PROT_RW) == OK);
	}
	EXPECT_EQ(3, pm.pm_resident);
	EXPECT(pmap_pte(pm, base)->writable());
	pmap_protect(pm, base, base + page_size, VM_PROT_READ);
	EXPECT(!pmap_pte(pm, base)->writable());
	EXPECT_EQ(before - 7, vm_page_count().free);
	pmap_remove(pm, base, base + pde_span);
	EXPECT(pmap_pte(pm, base) == nullptr);
	EXPECT_EQ(before - 5, vm_page_count().free);
	pmap_remove(pm, vm_layout::user_min, vm_layout::user_max);
	pmap_release(pm);
	EXPECT_EQ(before, vm_page_count().free);
}
