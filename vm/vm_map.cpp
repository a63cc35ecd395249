// SPDX-License-Identifier: BSD-2-Clause
// The entries of an address space: insert, find, remove, protect.
// After FreeBSD's vm/vm_map.c; a sorted list, and everything that can fail comes before any change.

#include <vm/vm_map.hpp>

#include <kern/kassert.hpp>
#include <vm/vm_map_int.hpp>
#include <vm/vm_page.hpp>

namespace {

// Entries put aside before a change begins; what is left over goes back.
class spare_entries final {
public:
	spare_entries() = default;
	~spare_entries()
	{
		while (count_ > 0)
			vm_entry_zone.free(entries_[--count_]);
	}
	spare_entries(spare_entries const &) = delete;
	spare_entries &operator=(spare_entries const &) = delete;

	// reserve: ENOMEM when memory lacks, or the address space could come to own too many.
	Errno reserve(vmspace &vm, uint32_t count) REQUIRES(vm.vm_map_lock)
	{
		if (vm.vm_nentries + count > vm_entries_most)
			return ENOMEM;
		while (count_ < count) {
			vm_map_entry *entry = vm_entry_zone.alloc(M_NOWAIT);
			if (entry == nullptr)
				return ENOMEM;
			entries_[count_++] = entry;
		}
		return OK;
	}

	vm_map_entry &take()
	{
		KASSERT(count_ > 0, "map entries reserved: none left of %p", this);
		return *entries_[--count_];
	}

private:
	static constexpr uint32_t most = 4;
	vm_map_entry *entries_[most]{};
	uint32_t count_{};
};

bool mergeable(vm_map_entry const &low, vm_map_entry const &high)
{
	return low.me_end == high.me_start && low.me_prot == high.me_prot
	    && low.me_kind == vm_entry_kind::memory && high.me_kind == vm_entry_kind::memory;
}

void drop_entry(vmspace &vm, vm_map_entry &entry) REQUIRES(vm.vm_map_lock)
{
	vm.vm_entries.remove(entry);
	vm.vm_nentries--;
	vm_entry_zone.free(&entry);
}

// merge_around: joins the entry with its neighbours where they are alike. Returns the joined entry.
vm_map_entry &merge_around(vmspace &vm, vm_map_entry &entry) REQUIRES(vm.vm_map_lock)
{
	if (vm_map_entry *high = vm.vm_entries.next(entry); high && mergeable(entry, *high)) {
		entry.me_end = high->me_end;
		drop_entry(vm, *high);
	}
	vm_map_entry *low = vm.vm_entries.prev(entry);
	if (low == nullptr || !mergeable(*low, entry))
		return entry;
	low->me_end = entry.me_end;
	drop_entry(vm, entry);
	return *low;
}

// split: makes `at` a boundary between entries, if it lies inside one.
void split(vmspace &vm, vaddr at, spare_entries &spares) REQUIRES(vm.vm_map_lock)
{
	vm_map_entry *entry = vm_map_lookup(vm, at);
	if (entry == nullptr || entry->me_start == at)
		return;
	vm_map_entry &high = spares.take();
	high.me_start = at;
	high.me_end = entry->me_end;
	high.me_prot = entry->me_prot;
	high.me_kind = entry->me_kind;
	entry->me_end = at;
	vm.vm_entries.insert_after(*entry, high);
	vm.vm_nentries++;
}

// add: links a new entry; the range is free.
void add(vmspace &vm, vm_range range, vm_prot prot, vm_entry_kind kind, spare_entries &spares)
    REQUIRES(vm.vm_map_lock)
{
	vm_map_entry &entry = spares.take();
	entry.me_start = range.start;
	entry.me_end = range.end;
	entry.me_prot = kind == vm_entry_kind::guard ? VM_PROT_NONE : prot;
	entry.me_kind = kind;
	if (vm_map_entry *after = vm_map_lookup_from(vm, range.start); after != nullptr)
		vm.vm_entries.insert_before(*after, entry);
	else
		vm.vm_entries.insert_tail(entry);
	vm.vm_nentries++;
	merge_around(vm, entry);
}

// add_stack: a stack over its guard page.
void add_stack(vmspace &vm, vm_range range, vm_prot prot, spare_entries &spares)
    REQUIRES(vm.vm_map_lock)
{
	vaddr const bottom = range.start + page_size;
	add(vm, {range.start, bottom}, VM_PROT_NONE, vm_entry_kind::guard, spares);
	add(vm, {bottom, range.end}, prot, vm_entry_kind::stack, spares);
}

// clear: removes entries and pages of the range; at most two spares are needed.
void clear(vmspace &vm, vm_range range, spare_entries &spares) REQUIRES(vm.vm_map_lock)
{
	split(vm, range.start, spares);
	split(vm, range.end, spares);
	vm_map_entry *entry = vm_map_lookup_from(vm, range.start);
	while (entry != nullptr && entry->me_start < range.end) {
		vm_map_entry *next = vm.vm_entries.next(*entry);
		drop_entry(vm, *entry);
		entry = next;
	}
	pmap_remove(vm.vm_pmap, range.start, range.end);
}

bool is_free(vmspace &vm, vm_range range) REQUIRES(vm.vm_map_lock)
{
	vm_map_entry *entry = vm_map_lookup_from(vm, range.start);
	return entry == nullptr || entry->me_start >= range.end;
}

// find_free: the lowest free range of `size` bytes at or above `from`, or address 0.
vaddr find_free(vmspace &vm, vaddr from, size_t size) REQUIRES(vm.vm_map_lock)
{
	vaddr at = from;
	for (vm_map_entry *entry = vm_map_lookup_from(vm, from); entry != nullptr;
	    entry = vm.vm_entries.next(*entry)) {
		if (entry->me_start > at && entry->me_start - at >= size)
			return at;
		at = entry->me_end;
	}
	return at < vm_layout::user_max && vm_layout::user_max - at >= size ? at : vaddr{};
}

// settle: puts a range into its place, of any kind.
void settle(vmspace &vm, vm_range range, vm_prot prot, vm_entry_kind kind, spare_entries &spares)
    REQUIRES(vm.vm_map_lock)
{
	if (kind == vm_entry_kind::stack)
		add_stack(vm, range, prot, spares);
	else
		add(vm, range, prot, kind, spares);
}

// Spares that a new range, and the cuts at both ends of an old one, may need.
constexpr uint32_t spares_to_cut = 2;
constexpr uint32_t spares_to_add(vm_entry_kind kind)
{
	return kind == vm_entry_kind::stack ? 2 : 1;
}

// checked_range: page-aligned, not empty, inside user space, large enough for the kind.
result<vm_range> checked_range(vaddr start, size_t size, vm_entry_kind kind)
{
	size_t const least = kind == vm_entry_kind::stack ? 2 * page_size : page_size;
	if (!is_page_aligned(start) || (size & page_mask) != 0 || size < least
	    || start < vm_layout::user_min || start >= vm_layout::user_max
	    || size > vm_layout::user_max - start)
		return fail(EINVAL);
	return vm_range{start, start + size};
}

}

constinit uma_zone_of<vm_map_entry> vm_entry_zone{};

vm_map_entry *vm_map_lookup_from(vmspace &vm, vaddr at)
{
	for (vm_map_entry &entry : vm.vm_entries)
		if (entry.me_end > at)
			return &entry;
	return nullptr;
}

vm_map_entry *vm_map_lookup(vmspace &vm, vaddr at)
{
	vm_map_entry *entry = vm_map_lookup_from(vm, at);
	return entry != nullptr && entry->me_start <= at ? entry : nullptr;
}

Errno vm_map_insert(vmspace &vm, vaddr start, size_t size, vm_prot prot, vm_entry_kind kind)
{
	vm_range const range = TRY(checked_range(start, size, kind));
	mtx_guard g{vm.vm_map_lock};
	spare_entries spares;
	if (!is_free(vm, range))
		return EEXIST;
	TRY(spares.reserve(vm, spares_to_add(kind)));
	settle(vm, range, prot, kind, spares);
	return OK;
}

result<vaddr> vm_map_find(vmspace &vm, vaddr hint, size_t size, vm_prot prot, vm_entry_kind kind)
{
	TRY(checked_range(vm_layout::user_min, size, kind));
	mtx_guard g{vm.vm_map_lock};
	spare_entries spares;
	TRY(spares.reserve(vm, spares_to_add(kind)));
	vaddr from = hint;
	if (from < vm_layout::user_min || from >= vm_layout::user_max)
		from = vm.vm_daddr + vm_data_most;      // both below user_max: no wrap
	vaddr at = find_free(vm, vaddr{static_cast<uint32_t>(round_page(to_word(from)))}, size);
	if (at == vaddr{})
		at = find_free(vm, vm_layout::user_min, size);
	if (at == vaddr{})
		return fail(ENOMEM);
	settle(vm, {at, at + size}, prot, kind, spares);
	return at;
}

Errno vm_map_replace(vmspace &vm, vaddr start, size_t size, vm_prot prot, vm_entry_kind kind)
{
	vm_range const range = TRY(checked_range(start, size, kind));
	mtx_guard g{vm.vm_map_lock};
	spare_entries spares;
	TRY(spares.reserve(vm, spares_to_cut + spares_to_add(kind)));
	clear(vm, range, spares);
	settle(vm, range, prot, kind, spares);
	return OK;
}

Errno vm_map_remove(vmspace &vm, vaddr start, size_t size)
{
	vm_range const range = TRY(checked_range(start, size, vm_entry_kind::memory));
	mtx_guard g{vm.vm_map_lock};
	spare_entries spares;
	TRY(spares.reserve(vm, spares_to_cut));
	clear(vm, range, spares);
	return OK;
}

Errno vm_map_protect(vmspace &vm, vaddr start, size_t size, vm_prot prot)
{
	vm_range const range = TRY(checked_range(start, size, vm_entry_kind::memory));
	mtx_guard g{vm.vm_map_lock};
	spare_entries spares;
	vaddr covered = range.start;
	for (vm_map_entry *entry = vm_map_lookup(vm, range.start);
	    entry != nullptr && entry->me_start <= covered && covered < range.end;
	    entry = vm.vm_entries.next(*entry)) {
		if (entry->me_kind == vm_entry_kind::guard && prot != VM_PROT_NONE)
			return EACCES;
		covered = entry->me_end;
	}
	if (covered < range.end)
		return ENOMEM;
	TRY(spares.reserve(vm, spares_to_cut));
	split(vm, range.start, spares);
	split(vm, range.end, spares);
	vm_map_entry *entry = vm_map_lookup(vm, range.start);
	while (entry != nullptr && entry->me_start < range.end) {
		entry->me_prot = prot;
		entry = vm.vm_entries.next(merge_around(vm, *entry));
	}
	pmap_protect(vm.vm_pmap, range.start, range.end, prot);
	return OK;
}

Errno vm_map_stack(vmspace &vm, vaddr top, size_t size)
{
	if (size > vm_stack_most || size >= to_word(top))
		return EINVAL;
	return vm_map_insert(vm, top - size, size, VM_PROT_RW, vm_entry_kind::stack);
}

void vm_map_set_heap(vmspace &vm, vaddr end_of_data)
{
	mtx_guard g{vm.vm_map_lock};
	vm.vm_daddr = vaddr{static_cast<uint32_t>(round_page(to_word(end_of_data)))};
	vm.vm_break = vm.vm_daddr;
}

Errno vm_map_break(vmspace &vm, vaddr end)
{
	mtx_guard g{vm.vm_map_lock};
	if (end > vm_layout::user_max)
		return ENOMEM;
	vaddr const old_end{static_cast<uint32_t>(round_page(to_word(vm.vm_break)))};
	vaddr const new_end{static_cast<uint32_t>(round_page(to_word(end)))};
	// The heap starts at a page, the program's data may end within the one before.
	if (vm.vm_daddr == vaddr{} || new_end < vm.vm_daddr)
		return EINVAL;
	if (new_end - vm.vm_daddr > vm_data_most)
		return ENOMEM;
	spare_entries spares;
	if (new_end > old_end) {
		if (!is_free(vm, {old_end, new_end}))
			return ENOMEM;
		TRY(spares.reserve(vm, spares_to_add(vm_entry_kind::memory)));
		add(vm, {old_end, new_end}, VM_PROT_RW, vm_entry_kind::memory, spares);
	} else if (new_end < old_end) {
		TRY(spares.reserve(vm, spares_to_cut));
		clear(vm, {new_end, old_end}, spares);
	}
	vm.vm_break = end;
	return OK;
}

size_t vmspace_size(vmspace &vm)
{
	mtx_guard g{vm.vm_map_lock};
	size_t bytes = 0;
	for (vm_map_entry &entry : vm.vm_entries)
		bytes += entry.me_end - entry.me_start;
	return bytes;
}

size_t vmspace_resident(vmspace &vm)
{
	mtx_guard g{vm.vm_map_lock};
	return size_t{vm.vm_pmap.pm_resident} << page_shift;
}
