// SPDX-License-Identifier: BSD-2-Clause
// User address spaces: which ranges exist, with what rights, and the faults that fill them.
// After FreeBSD's vm/vm_map.h; anonymous memory only, so an entry needs no object.
#pragma once

#include <kern/errno.hpp>
#include <kern/mutex.hpp>
#include <support/annotations.hpp>
#include <support/tailq.hpp>
#include <vm/pmap.hpp>
#include <vm/vm.hpp>

#include <support/atomic.hpp>
#include <cstddef>
#include <cstdint>

// What an entry is for.
enum class vm_entry_kind : uint8_t {
	memory,         // demand-zero, private
	stack,          // the same, never merged, so that its guard stays below it
	guard,          // never accessible, whatever mprotect says
};

// vm_map_entry: one range of pages with equal rights. Kept merged: neighbours differ.
struct vm_map_entry final {
	tailq_link<vm_map_entry> me_link{};     // (m) in vm_entries, ascending
	vaddr         me_start{};               // (m) first byte, page-aligned
	vaddr         me_end{};                 // (m) past the last byte, page-aligned
	vm_prot       me_prot{};                // (m) rights of user mode
	vm_entry_kind me_kind{};                // (m)
};

// vmspace: an address space, shared by reference. Key: (m) vm_map_lock  (a) set at creation
struct vmspace final {
	mtx vm_map_lock{"vm map", lock_rank::vm_map};
	tailq<vm_map_entry, &vm_map_entry::me_link> vm_entries{};       // (m)
	uint32_t vm_nentries{};                 // (m) at most vm_entries_most
	vaddr    vm_daddr{};                    // (m) start of the heap; 0 before exec
	vaddr    vm_break{};                    // (m) end of the heap as break() set it, any byte
	pmap     vm_pmap{};                     // (m)
	atomic<uint32_t> vm_refs{1};       // processes that use it
};

// Bounds on one process, so that it cannot take the whole kernel: entries of kernel memory, bytes
// of heap and of one stack. Frames are bounded by VM_ALLOC_USER.
inline constexpr uint32_t vm_entries_most = 4096;
inline constexpr uint32_t vm_data_most = 512u << 20;
inline constexpr uint32_t vm_stack_most = 8u << 20;

// vmspace_alloc: an empty one with one reference. ENOMEM. Does not sleep for memory.
result<vmspace *> vmspace_alloc();

// vmspace_hold: one reference more. vmspace_free: one less; the last unmaps and frees everything.
// No CPU runs on it any more (see pmap_activate). No lock held.
void vmspace_hold(vmspace &vm);
void vmspace_free(vmspace *vm);

// vmspace_fork: a copy of vm, which shares all present frames read-only until either side writes.
// ENOMEM. The caller's process runs on vm.
result<vmspace *> vmspace_fork(vmspace &vm);

// vm_map_insert: a new range at exactly [start, start + size). EINVAL outside user space, empty or
// unaligned; EEXIST where something is mapped; ENOMEM at vm_entries_most.
Errno vm_map_insert(vmspace &vm, vaddr start, size_t size, vm_prot prot,
    vm_entry_kind kind = vm_entry_kind::memory) EXCLUDES(vm.vm_map_lock);

// vm_map_find: a new range at the first free place at or above `hint` (at 0: above heap room), else
// anywhere. ENOMEM when nothing fits.
result<vaddr> vm_map_find(vmspace &vm, vaddr hint, size_t size, vm_prot prot,
    vm_entry_kind kind = vm_entry_kind::memory) EXCLUDES(vm.vm_map_lock);

// vm_map_replace: vm_map_remove and vm_map_insert in one step, as MAP_FIXED wants.
Errno vm_map_replace(vmspace &vm, vaddr start, size_t size, vm_prot prot,
    vm_entry_kind kind = vm_entry_kind::memory) EXCLUDES(vm.vm_map_lock);

// vm_map_remove: unmaps whatever lies in the range; holes are fine. EINVAL, ENOMEM (a split entry
// needs a second one).
Errno vm_map_remove(vmspace &vm, vaddr start, size_t size) EXCLUDES(vm.vm_map_lock);

// vm_map_protect: new rights for the range. EINVAL; ENOMEM where part of it is not mapped, or for
// want of entries; EACCES on a guard page. Nothing is changed then.
Errno vm_map_protect(vmspace &vm, vaddr start, size_t size, vm_prot prot)
    EXCLUDES(vm.vm_map_lock);

// vm_map_stack: a stack that grows down from `top` by up to `size` bytes as it is touched, over a
// guard page at its lowest page. EINVAL, EEXIST, ENOMEM.
Errno vm_map_stack(vmspace &vm, vaddr top, size_t size) EXCLUDES(vm.vm_map_lock);

// vm_map_set_heap: the heap begins, empty, at the first page boundary at or above `end_of_data`.
void vm_map_set_heap(vmspace &vm, vaddr end_of_data) EXCLUDES(vm.vm_map_lock);

// vm_map_break: moves the end of the heap, either way. EINVAL below its start, ENOMEM beyond
// vm_data_most or into another range.
Errno vm_map_break(vmspace &vm, vaddr end) EXCLUDES(vm.vm_map_lock);

// vmspace_write: puts kernel bytes into an address space that need not be the current one, through
// all protections but guards; for the program loader. EFAULT outside ranges, ENOMEM.
Errno vmspace_write(vmspace &vm, vaddr to, void const *from, size_t length)
    EXCLUDES(vm.vm_map_lock);

// vm_fault: makes one page accessible for the access (one of VM_PROT_READ, WRITE, EXECUTE), by
// filling or copying it. OK: retry the access. EFAULT: nothing is mapped there. EACCES: something
// is, but its rights forbid. ENOMEM: no frame for a user process is left, even after vm_reclaim.
// Never sleeps for memory; takes sleep mutexes of rank vm_map and above, so no spin lock and no
// other such mutex held.
Errno vm_fault(vmspace *vm, vaddr at, vm_prot access);

// vmspace_size, vmspace_resident: bytes of address space in ranges; bytes of memory behind them.
size_t vmspace_size(vmspace &vm) EXCLUDES(vm.vm_map_lock);
size_t vmspace_resident(vmspace &vm) EXCLUDES(vm.vm_map_lock);
