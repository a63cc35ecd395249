// SPDX-License-Identifier: BSD-2-Clause
// User page tables: enter, remove, protect, copy.
// After FreeBSD's i386 pmap.c; frames are counted, so there are no reverse maps (pv entries).

#include <vm/pmap.hpp>

#include <machine/pmap_int.hpp>
#include <machine/pmap_tlb.hpp>
#include <machine/pmap_var.hpp>

#include <kern/kassert.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

constexpr uint32_t user_table_bits = PG_V | PG_RW | PG_U | PG_A;
constexpr uint32_t user_pdes = pde_index(vm_layout::dmap_min);

// entry_for: what a page with these rights looks like. A page without rights keeps its frame, and
// only PG_HELD tells so.
pte entry_for(paddr frame, vm_prot prot)
{
	if (prot == VM_PROT_NONE)
		return pte::make(frame, PG_HELD);
	return pte::make(frame,
	    PG_V | PG_U | PG_A | PG_M | ((prot & VM_PROT_WRITE) != 0 ? PG_RW : 0u));
}

vm_page &frame_of(pte entry)
{
	return vm_page_at(entry.frame());
}

// table_frame: the frame that holds the table of `at`. Its references are one of the directory and
// one for each resident entry, so a table with one reference is empty.
vm_page &table_frame(pmap const &pm, vaddr at)
{
	return vm_page_at(pm.pm_pdir->entries[pde_index(at)].frame());
}

// make_pte: the entry of `at`, with a new table if there was none; null without a frame for it.
pte *make_pte(pmap &pm, vaddr at)
{
	pde &directory_entry = pm.pm_pdir->entries[pde_index(at)];
	if (!directory_entry.valid()) {
		vm_page *table = vm_page_alloc(M_NOWAIT | M_ZERO | VM_ALLOC_USER);
		if (table == nullptr)
			return nullptr;
		directory_entry = pde::make(vm_page_to_phys(*table), user_table_bits);
	}
	return pmap_pte(pm, at);
}

// free_table: the table of `at` is empty: takes it out of the directory.
void free_table(pmap &pm, vaddr at)
{
	vm_page &table = table_frame(pm, at);
	pm.pm_pdir->entries[pde_index(at)] = pde{};
	// The CPU caches directory entries too; any page of the span invalidates them.
	pmap_invalidate(pm, at);
	vm_page_free(table);
}

// widen: entry `index` of a table is going to be used. A span never shrinks: an empty table goes.
void widen(page_span &span, uint32_t index)
{
	auto const i = static_cast<uint16_t>(index);
	if (span.first == span.past)
		span = {i, i};
	if (i < span.first)
		span.first = i;
	if (i >= span.past)
		span.past = static_cast<uint16_t>(i + 1);
}

// doomed_pages: pages that are unmapped but may still be in the caches of CPUs. Their frames go
// when no CPU can reach them any more, which is asked of the CPUs for many pages at once.
class doomed_pages final {
public:
	explicit doomed_pages(pmap &pm) : pm_{pm} {}
	~doomed_pages() { flush(); }
	doomed_pages(doomed_pages const &) = delete;
	doomed_pages &operator=(doomed_pages const &) = delete;

	// add: unmaps a resident page; addresses ascend until the next flush.
	void add(vaddr at, pte &entry)
	{
		if (count_ == most)
			flush();
		if (count_ == 0)
			first_ = at;
		last_ = at;
		frames_[count_++] = &frame_of(entry);
		entry = pte{};
		pm_.pm_resident--;
		vm_page_unref(table_frame(pm_, at));
	}

	void flush()
	{
		if (count_ == 0)
			return;
		pmap_invalidate_range(pm_, first_, ((last_ - first_) >> page_shift) + 1);
		while (count_ > 0)
			vm_page_unref(*frames_[--count_]);
	}

private:
	static constexpr size_t most = 32;
	pmap    &pm_;
	vaddr    first_{};
	vaddr    last_{};
	size_t   count_{};
	vm_page *frames_[most];
};

// for_each_page: calls visit(address, entry) for every resident page of [start, end), and
// leave(address) after each table with the address of a page in it. Of large ranges, such as
// stacks, little is resident: only what lies in a table's span is looked at.
template <class Visit, class Leave>
void for_each_page(pmap &pm, vaddr start, vaddr end, Visit visit, Leave leave)
{
	while (start < end) {
		vaddr const span_end{(to_word(start) | (pde_span - 1)) + 1};
		vaddr const stop = span_end < end ? span_end : end;
		if (pm.pm_pdir->entries[pde_index(start)].valid()) {
			vaddr const table = start - to_word(start) % pde_span;
			page_span const span = table_frame(pm, start).pg_span;
			vaddr at = table + (size_t{span.first} << page_shift);
			vaddr const past = table + (size_t{span.past} << page_shift);
			at = at < start ? start : at;
			pte *entry = pmap_pte(pm, at);
			for (; at < stop && at < past; at = at + page_size, entry++)
				if (entry->resident())
					visit(at, *entry);
			leave(start);
		}
		start = stop;
	}
}

}

Errno pmap_pinit(pmap &pm)
{
	vm_page *directory = vm_page_alloc(M_NOWAIT | VM_ALLOC_USER);
	if (directory == nullptr)
		return ENOMEM;
	pm.pm_pdir = static_cast<page_directory *>(vm_page_data(*directory));
	// pmap_join fills in the other half.
	memset(pm.pm_pdir->entries, 0, user_pdes * sizeof(pde));
	pm.pm_pdir_phys = vm_page_to_phys(*directory);
	pmap_join(pm);
	return OK;
}

void pmap_release(pmap &pm)
{
	KASSERT(pmap_active(pm) == 0, "pmap %p released, active on CPUs %#x", &pm, pmap_active(pm));
	KASSERT(pm.pm_resident == 0, "pmap %p released with %u pages", &pm, pm.pm_resident);
	for (uint32_t i = 0; config::invariants && i < user_pdes; i++)
		KASSERT(!pm.pm_pdir->entries[i].valid(), "pmap %p released with table %u", &pm, i);
	pmap_leave(pm);
	vm_page_free(vm_page_at(pm.pm_pdir_phys));
	pm.pm_pdir = nullptr;
}

Errno pmap_enter(pmap &pm, vaddr at, vm_page &page, vm_prot prot)
{
	KASSERT(at >= vm_layout::user_min && at < vm_layout::user_max && is_page_aligned(at),
	    "pmap_enter at %#x", to_word(at));
	pte *entry = make_pte(pm, at);
	if (entry == nullptr)
		return ENOMEM;
	// Taken before an old page goes, so that the table does not count as empty in between.
	vm_page &table = table_frame(pm, at);
	vm_page_ref(table);
	widen(table.pg_span, pte_index(at));
	if (entry->resident())
		doomed_pages{pm}.add(at, *entry);
	*entry = entry_for(vm_page_to_phys(page), prot);
	pm.pm_resident++;
	return OK;
}

void pmap_remove(pmap &pm, vaddr start, vaddr end)
{
	doomed_pages doomed{pm};
	for_each_page(pm, start, end,
	    [&](vaddr at, pte &entry) { doomed.add(at, entry); },
	    [&](vaddr at) {
		    doomed.flush();
		    if (vm_page_refs(table_frame(pm, at)) == 1)
			    free_table(pm, at);
	    });
}

void pmap_protect(pmap &pm, vaddr start, vaddr end, vm_prot prot)
{
	if ((prot & VM_PROT_WRITE) != 0)
		return;
	vaddr first = end, last = start;
	for_each_page(pm, start, end,
	    [&](vaddr at, pte &entry) {
		    if (!entry.valid())
			    return;
		    entry = entry_for(entry.frame(), prot);
		    first = at < first ? at : first;
		    last = at;
	    },
	    [](vaddr) {});
	if (first < end)
		pmap_invalidate_range(pm, first, ((last - first) >> page_shift) + 1);
}

void pmap_grant(pmap &pm, vaddr at, vm_prot prot)
{
	pte *entry = pmap_pte(pm, at);
	KASSERT(entry != nullptr && entry->resident(), "grant at %#x, not resident", to_word(at));
	pte const before = *entry;
	*entry = entry_for(before.frame(), prot);
	bool const weaker = (before.valid() && !entry->valid()) ||
	    (before.writable() && !entry->writable());
	if (weaker)
		pmap_invalidate(pm, at);
	else
		pmap_invalidate_local(pm, at);
}

Errno pmap_copy(pmap &to, pmap &from, vaddr start, vaddr end)
{
	Errno error = OK;
	for_each_page(from, start, end,
	    [&](vaddr at, pte &entry) {
		    if (error != OK)
			    return;
		    if (entry.valid())
			    entry = entry_for(entry.frame(), VM_PROT_READ);
		    vm_page &page = frame_of(entry);
		    vm_page_ref(page);
		    error = pmap_enter(to, at, page, entry.valid() ? VM_PROT_READ : VM_PROT_NONE);
		    if (error != OK)
			    vm_page_unref(page);
	    },
	    [](vaddr) {});
	// Both sides share the frames from here on: the source must fault before it writes.
	pmap_invalidate_all(from);
	return error;
}

vm_page *pmap_lookup(pmap const &pm, vaddr at)
{
	pte const *entry = pmap_pte(pm, at);
	return entry != nullptr && entry->resident() ? &frame_of(*entry) : nullptr;
}
