// SPDX-License-Identifier: BSD-2-Clause
// The kernel half that all page directories share, and which pmap a thread runs on.
// After FreeBSD's i386 pmap.c: pmap_growkernel, pmap_kenter, pmap_activate.

#include <vm/pmap.hpp>

#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/pmap_tlb.hpp>
#include <machine/pmap_var.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <support/atomic.hpp>
#include <support/bits.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_map.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

// Guards the list of pmaps and the kernel half of every directory: entries are only ever added.
constinit spin_mtx pmap_lock{"kernel pmap", lock_rank::pmap_kernel};
constinit tailq<pmap, &pmap::pm_link> user_pmaps GUARDED_BY(pmap_lock){};

constexpr uint32_t kernel_bits = PG_V | PG_RW | PG_A | PG_M;
constexpr uint32_t first_kernel_pde = pde_index(vm_layout::dmap_min);

// add_table: puts a table frame into the kernel half of all directories. False when another thread
// was first.
bool add_table(uint32_t index, paddr table)
{
	mtx_guard g{pmap_lock};
	if (kernel_pmap.pm_pdir->entries[index].valid())
		return false;
	pde const entry = pde::make(table, kernel_bits);
	for (pmap &pm : user_pmaps)
		pm.pm_pdir->entries[index] = entry;
	// Last: who finds it here, without the lock, may be on any of the others.
	atomic_fence();
	kernel_pmap.pm_pdir->entries[index] = entry;
	return true;
}

}

void pmap_join(pmap &pm)
{
	mtx_guard g{pmap_lock};
	memcpy(&pm.pm_pdir->entries[first_kernel_pde],
	    &kernel_pmap.pm_pdir->entries[first_kernel_pde],
	    (ptes_per_table - first_kernel_pde) * sizeof(pde));
	user_pmaps.insert_tail(pm);
}

void pmap_leave(pmap &pm)
{
	mtx_guard g{pmap_lock};
	user_pmaps.remove(pm);
}

uint32_t pmap_cr3(pmap const &pm)
{
	return to_word(pm.pm_pdir_phys);
}

pmap &pmap_of(proc const *p)
{
	return p->p_vmspace == nullptr ? kernel_pmap : p->p_vmspace->vm_pmap;
}

void pmap_activate(thread *td)
{
	KASSERT(td == curthread, "pmap_activate of thread %u by another", td->td_tid);
	uint32_t const flags = intr_disable();
	pmap_switch(pmap_of(td->td_proc));
	intr_restore(flags);
}

Errno pmap_growkernel(vaddr start, vaddr end)
{
	uint32_t const last = pde_index(end - 1);
	for (uint32_t index = pde_index(start); index <= last; index++) {
		if (kernel_pmap.pm_pdir->entries[index].valid())
			continue;
		vm_page *page = vm_page_alloc(M_NOWAIT | M_ZERO);
		if (page == nullptr)
			return ENOMEM;
		if (!add_table(index, vm_page_to_phys(*page)))
			vm_page_free(*page);
	}
	return OK;
}

pte *pmap_pte(pmap const &pm, vaddr at)
{
	pde const entry = pm.pm_pdir->entries[pde_index(at)];
	if (!entry.valid() || entry.large())
		return nullptr;
	return &to_pointer<page_table>(phys_to_dmap(entry.frame()))->entries[pte_index(at)];
}

void pmap_kenter(vaddr at, paddr to, kmap kind)
{
	pte *entry = pmap_pte(kernel_pmap, at);
	KASSERT(entry != nullptr && !entry->valid(), "kenter at %#x over entry %p", to_word(at),
	    entry);
	// A translation that was not valid is in no cache: nothing to invalidate.
	*entry = pte::make(to, kernel_bits | (kind == kmap::device ? PG_N | PG_WT : 0u));
}

void pmap_kremove(vaddr at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vaddr const page = at + i * page_size;
		pte *entry = pmap_pte(kernel_pmap, page);
		KASSERT(entry != nullptr && entry->valid(), "kremove of %#x, not mapped",
		    to_word(page));
		*entry = pte{};
	}
	pmap_invalidate_range(kernel_pmap, at, count);
}

result<paddr> pmap_extract(pmap const &pm, vaddr at)
{
	pde const directory_entry = pm.pm_pdir->entries[pde_index(at)];
	if (!directory_entry.valid())
		return fail(EFAULT);
	if (directory_entry.large())
		return directory_entry.frame() + to_word(at) % pde_span;
	pte const entry = *pmap_pte(pm, at);
	if (!entry.valid())
		return fail(EFAULT);
	return entry.frame() + (to_word(at) & page_mask);
}

result<paddr> pmap_kextract(vaddr at)
{
	return pmap_extract(kernel_pmap, at);
}

void *pmap_mapdev(paddr at, size_t size)
{
	uint32_t const offset = to_word(at) & page_mask;
	size_t const pages = round_page(offset + size) >> page_shift;
	result<vaddr> const where = kmem_alloc_va(pages);
	if (!where)
		panic("no kernel addresses for %zu bytes of device at %#x", size, to_word(at));
	paddr const first{to_word(at) - offset};
	for (size_t i = 0; i < pages; i++)
		pmap_kenter(*where + i * page_size, first + i * page_size, kmap::device);
	return to_pointer<void>(*where + offset);
}

void pmap_unmapdev(void *at, size_t size)
{
	uint32_t const offset = to_word(to_vaddr(at)) & page_mask;
	vaddr const start = trunc_page(to_vaddr(at));
	size_t const pages = round_page(offset + size) >> page_shift;
	pmap_kremove(start, pages);
	kmem_free_va(start, pages);
}
