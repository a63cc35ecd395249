// SPDX-License-Identifier: BSD-2-Clause
// Between the files of the address-space code: lookup, zones.
// Written for Kestrel.
#pragma once

#include <support/annotations.hpp>
#include <vm/uma.hpp>
#include <vm/vm_map.hpp>

extern uma_zone_of<vm_map_entry> vm_entry_zone;

// vm_range: page-aligned bytes [start, end) of user space, not empty.
struct vm_range final {
	vaddr start;
	vaddr end;
};

// vm_map_lookup_from: the first entry that ends above `at`: the one around it, or the next higher,
// or null. vm_map_lookup: the one around it, or null.
vm_map_entry *vm_map_lookup_from(vmspace &vm, vaddr at) REQUIRES(vm.vm_map_lock);
vm_map_entry *vm_map_lookup(vmspace &vm, vaddr at) REQUIRES(vm.vm_map_lock);
