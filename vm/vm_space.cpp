// SPDX-License-Identifier: BSD-2-Clause
// The life of an address space: made empty, copied by fork, freed with its last reference.
// After FreeBSD's vmspace_alloc(), vmspace_fork() and vmspace_free().

#include <vm/vm_map.hpp>

#include <kern/kassert.hpp>
#include <kern/sysinit.hpp>
#include <vm/uma.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_map_int.hpp>

namespace {

constinit uma_zone_of<vmspace> vmspace_zone{};

void vmspace_init(void *)
{
	vmspace_zone.create("VMSPACE");
	vm_entry_zone.create("MAP ENTRY");
}

SYSINIT(vmspace, SI_SUB_VM, SI_ORDER_FIRST, vmspace_init, nullptr);

// copy_entries: entries and pages of `from` into `to`, which nobody else knows yet.
Errno copy_entries(vmspace &to, vmspace &from) REQUIRES(from.vm_map_lock, to.vm_map_lock)
{
	to.vm_daddr = from.vm_daddr;
	to.vm_break = from.vm_break;
	for (vm_map_entry const &entry : from.vm_entries) {
		vm_map_entry *copy = vm_entry_zone.alloc(M_NOWAIT);
		if (copy == nullptr)
			return ENOMEM;
		copy->me_start = entry.me_start;
		copy->me_end = entry.me_end;
		copy->me_prot = entry.me_prot;
		copy->me_kind = entry.me_kind;
		to.vm_entries.insert_tail(*copy);
		to.vm_nentries++;
		TRY(pmap_copy(to.vm_pmap, from.vm_pmap, entry.me_start, entry.me_end));
	}
	return OK;
}

result<vmspace *> fork_once(vmspace &from)
{
	vmspace *to = TRY(vmspace_alloc());
	Errno error;
	{	mtx_guard g{from.vm_map_lock};
		mtx_guard g2{to->vm_map_lock};  // parent before child, which nobody else knows
		error = copy_entries(*to, from);
	}
	if (error == OK)
		return to;
	vmspace_free(to);
	return fail(error);
}

}

result<vmspace *> vmspace_alloc()
{
	vmspace *vm = vmspace_zone.alloc(M_NOWAIT);
	if (vm == nullptr)
		return fail(ENOMEM);
	if (Errno error = pmap_pinit(vm->vm_pmap); error != OK) {
		vmspace_zone.free(vm);
		return fail(error);
	}
	return vm;
}

void vmspace_hold(vmspace &vm)
{
	vm.vm_refs.add(1, order::relaxed);
}

void vmspace_free(vmspace *vm)
{
	// acq_rel: the last one sees all that the others did.
	if (vm->vm_refs.sub(1, order::acq_rel) != 1)
		return;
	{	mtx_guard g{vm->vm_map_lock};
		while (vm_map_entry *entry = vm->vm_entries.remove_head()) {
			pmap_remove(vm->vm_pmap, entry->me_start, entry->me_end);
			vm_entry_zone.free(entry);
		}
	}
	pmap_release(vm->vm_pmap);
	vmspace_zone.free(vm);
}

result<vmspace *> vmspace_fork(vmspace &vm)
{
	result<vmspace *> copy = fork_once(vm);
	if (copy || copy.error() != ENOMEM)
		return copy;
	vm_reclaim();
	return fork_once(vm);
}
