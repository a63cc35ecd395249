// SPDX-License-Identifier: BSD-2-Clause
// Filling pages: the fault path, and writes into an address space from outside.
// After FreeBSD's vm/vm_fault.c; a page is zeroed, copied or granted, never read from anywhere.

#include <vm/vm_map.hpp>

#include <kern/kassert.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_map_int.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

// What may share a frame: after fork several address spaces hold it, all without write access.
bool is_shared(vm_page const &page)
{
	return vm_page_refs(page) != 1;
}

// fill: a zeroed frame at a page that has none.
Errno fill(vmspace &vm, vaddr at, vm_prot prot) REQUIRES(vm.vm_map_lock)
{
	vm_page *page = vm_page_alloc(M_NOWAIT | M_ZERO | VM_ALLOC_USER);
	if (page == nullptr)
		return ENOMEM;
	Errno const error = pmap_enter(vm.vm_pmap, at, *page, prot);
	if (error != OK)
		vm_page_free(*page);
	return error;
}

// copy: a frame of our own with the bytes of a shared one, in its place.
Errno copy(vmspace &vm, vaddr at, vm_page const &shared, vm_prot prot) REQUIRES(vm.vm_map_lock)
{
	vm_page *page = vm_page_alloc(M_NOWAIT | VM_ALLOC_USER);
	if (page == nullptr)
		return ENOMEM;
	memcpy(vm_page_data(*page), vm_page_data(shared), page_size);
	Errno const error = pmap_enter(vm.vm_pmap, at, *page, prot);
	if (error != OK)
		vm_page_free(*page);
	return error;
}

// settle_page: makes the page at `at` resident with the rights `prot`, and, if it shall be written,
// not shared. A reader of a shared page gets all rights but write, so that its first write faults.
Errno settle_page(vmspace &vm, vaddr at, vm_prot prot, bool for_write) REQUIRES(vm.vm_map_lock)
{
	vm_page *page = pmap_lookup(vm.vm_pmap, at);
	if (page == nullptr)
		return fill(vm, at, prot);
	if (!is_shared(*page)) {
		pmap_grant(vm.vm_pmap, at, prot);
		return OK;
	}
	if (for_write)
		return copy(vm, at, *page, prot);
	pmap_grant(vm.vm_pmap, at, static_cast<vm_prot>(prot & ~VM_PROT_WRITE));
	return OK;
}

// allows: whether an entry's rights are enough. The processor fetches instructions by reading.
bool allows(vm_prot rights, vm_prot access)
{
	if (access == VM_PROT_READ)
		return (rights & (VM_PROT_READ | VM_PROT_EXECUTE)) != 0;
	return (rights & access) == access;
}

Errno fault_once(vmspace &vm, vaddr at, vm_prot access)
{
	mtx_guard g{vm.vm_map_lock};
	vm_map_entry *entry = vm_map_lookup(vm, at);
	// To a program the guard below a stack is a place where nothing is.
	if (entry == nullptr || entry->me_kind == vm_entry_kind::guard)
		return EFAULT;
	if (!allows(entry->me_prot, access))
		return EACCES;
	return settle_page(vm, trunc_page(at), entry->me_prot, (access & VM_PROT_WRITE) != 0);
}

// write_page: `length` bytes at `to`, all in one page.
Errno write_page(vmspace &vm, vaddr to, void const *from, size_t length)
{
	mtx_guard g{vm.vm_map_lock};
	vm_map_entry *entry = vm_map_lookup(vm, to);
	if (entry == nullptr || entry->me_kind == vm_entry_kind::guard)
		return EFAULT;
	vaddr const base = trunc_page(to);
	TRY(settle_page(vm, base, entry->me_prot, true));
	auto *bytes = static_cast<char *>(vm_page_data(*pmap_lookup(vm.vm_pmap, base)));
	memcpy(bytes + (to - base), from, length);
	return OK;
}

// or_reclaim: the outcome of try_it(), which gets a second chance after a lack of memory.
template <class Try>
Errno or_reclaim(Try try_it)
{
	Errno const error = try_it();
	if (error != ENOMEM)
		return error;
	vm_reclaim();
	return try_it();
}

}

Errno vm_fault(vmspace *vm, vaddr at, vm_prot access)
{
	if (vm == nullptr)
		return EFAULT;
	return or_reclaim([&] { return fault_once(*vm, at, access); });
}

Errno vmspace_write(vmspace &vm, vaddr to, void const *from, size_t length)
{
	auto const *bytes = static_cast<char const *>(from);
	while (length > 0) {
		size_t const room = page_size - (to_word(to) & page_mask);
		size_t const piece = length < room ? length : room;
		TRY(or_reclaim([&] { return write_page(vm, to, bytes, piece); }));
		to = to + piece;
		bytes += piece;
		length -= piece;
	}
	return OK;
}
