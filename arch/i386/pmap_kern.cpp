// SPDX-License-Identifier: BSD-2-Clause
// The kernel half that all page directories share, translation caches, and which pmap a CPU is on.
// After FreeBSD's i386 pmap.c: pmap_growkernel, pmap_kenter, pmap_activate, the invalidations.

#include <vm/pmap.hpp>

#include <machine/cpufunc.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/pmap_var.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <support/bits.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_map.hpp>
#include <vm/vm_page.hpp>

namespace {

// Guards the list of pmaps and the kernel half of every directory: entries are only ever added.
constinit spin_mtx pmap_lock{"kernel pmap", lock_rank::pmap_kernel};
constinit tailq<pmap, &pmap::pm_link> user_pmaps GUARDED_BY(pmap_lock){};

constexpr uint32_t kernel_bits = PG_V | PG_RW;
constexpr uint32_t first_kernel_pde = pde_index(vm_layout::dmap_min);

// on_this_cpu: whether translations of `pm` may be in this CPU's cache.
bool on_this_cpu(pmap const &pm)
{
	return &pm == &kernel_pmap || rcr3() == pmap_cr3(pm);
}

// assert_local: other CPUs' caches are reached by an interrupt that mp start-up must bring; without
// it no other CPU may use these tables.
void assert_local(pmap const &pm)
{
	KASSERT((pmap_active(pm) & ~(1u << curcpu())) == 0,
	    "pmap %p is active on CPUs %#x: no way to invalidate there", &pm, pmap_active(pm));
}

// add_table: puts a table frame into the kernel half of all directories. False when another thread
// was first.
bool add_table(uint32_t index, paddr table)
{
	mtx_guard g{pmap_lock};
	if (kernel_pmap.pm_pdir->entries[index].valid())
		return false;
	pde const entry = pde::make(table, kernel_bits);
	kernel_pmap.pm_pdir->entries[index] = entry;
	for (pmap &pm : user_pmaps)
		pm.pm_pdir->entries[index] = entry;
	return true;
}

}

void pmap_join(pmap &pm)
{
	mtx_guard g{pmap_lock};
	for (uint32_t i = first_kernel_pde; i < ptes_per_table; i++)
		pm.pm_pdir->entries[i] = kernel_pmap.pm_pdir->entries[i];
	user_pmaps.insert_tail(pm);
}

void pmap_leave(pmap &pm)
{
	mtx_guard g{pmap_lock};
	user_pmaps.remove(pm);
}

void pmap_invalidate(pmap const &pm, vaddr at)
{
	assert_local(pm);
	if (on_this_cpu(pm))
		invlpg(to_word(at));
}

void pmap_invalidate_all(pmap const &pm)
{
	assert_local(pm);
	if (on_this_cpu(pm))
		load_cr3(rcr3());
}

uint32_t pmap_cr3(pmap const &pm)
{
	return to_word(pm.pm_pdir_phys);
}

uint32_t pmap_active(pmap const &pm)
{
	uint32_t active = on_this_cpu(pm) ? 1u << curcpu() : 0;
	if (mp_ncpus == 1)
		return active;
	mtx_guard g{sched_lock};        // no CPU switches meanwhile
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		if (&pm == &kernel_pmap || pcpu_find(cpu)->pc_curpcb->pcb_cr3 == pmap_cr3(pm))
			active |= 1u << cpu;
	return active;
}

void pmap_activate(thread *td)
{
	vmspace *vm = td->td_proc->p_vmspace;
	// No switch may come between the two: it would load what the pcb says.
	uint32_t const flags = intr_disable();
	td->td_pcb->pcb_cr3 = pmap_cr3(vm == nullptr ? kernel_pmap : vm->vm_pmap);
	if (td == curthread && rcr3() != td->td_pcb->pcb_cr3)
		load_cr3(td->td_pcb->pcb_cr3);
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
		pmap_invalidate(kernel_pmap, page);
	}
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
