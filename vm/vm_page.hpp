// SPDX-License-Identifier: BSD-2-Clause
// Physical frames: who has them, how many share them, and waiting for one to come back.
// After FreeBSD's vm/vm_page.h; no objects and no paging, so a frame is free or counted.
#pragma once

#include <kern/malloc.hpp>
#include <support/annotations.hpp>
#include <vm/vm.hpp>

#include <support/atomic.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

struct uma_slab;

// page_span: entries [first, past) of a page table, outside which none is in use.
struct page_span final {
	uint16_t first;
	uint16_t past;
};

// vm_page: one frame of 4096 bytes. The array covers all frames from the lowest to the highest
// usable one; frames that are not memory, or reserved at boot, keep one reference for ever.
struct vm_page final {
	union {
		vm_page  *pg_next;              // (frames lock) while free; null at allocation
		page_span pg_span;              // while it is a page table: the pmap's to set
	};
	uma_slab *pg_slab;                      // slab that lives here; its owner's to set
	atomic<uint16_t> pg_refs;          // mappings and owners; 0 while free
	bool      pg_user;                      // counted as user memory; set at allocation
};

// For vm_page_alloc only, beside the M_ flags: the frame is for a user process, which may not take
// the last frames (vm.stats.reserved) from the kernel.
inline constexpr uint32_t VM_ALLOC_USER = 0x10000;

// phys_range: bytes [start, end) of physical memory, as a loader reports them.
struct phys_range final {
	uint64_t start;
	uint64_t end;
};

// vm_page_bootstrap: first step of start-up. `memory` lists the usable ranges (any order, overlap
// or odd ends allowed); `reserved` lists what must not be handed out: kernel image, boot modules,
// the loader's structures. The first MiB is always reserved. What lies beyond the direct map's
// 768 MiB is reported and left alone. Panics when less than 512 KiB remain.
void vm_page_bootstrap(std::span<phys_range const> memory, std::span<phys_range const> reserved);

// vm_page_boot_alloc: `count` adjoining frames for tables that live for ever, before
// vm_page_startup. The memory is not zeroed and may not be reachable yet.
paddr vm_page_boot_alloc(uint32_t count);

// vm_page_dmap_end: physical end of the direct map, a multiple of the page size.
paddr vm_page_dmap_end();

// vm_page_startup: builds the frame array and frees all usable frames into it.
void vm_page_startup();

// vm_page_alloc: a frame with one reference. M_WAITOK sleeps until there is one and never fails;
// M_NOWAIT returns null. No spin lock held when waiting; any context otherwise.
[[nodiscard]] vm_page *vm_page_alloc(uint32_t flags);

// vm_page_ref: one sharer more. vm_page_unref: one less; the last returns the frame and wakes who
// waits for memory. Thread context, no spin lock held.
void vm_page_ref(vm_page &page);
void vm_page_unref(vm_page &page);

// vm_page_free: vm_page_unref where the caller knows that it is the last; asserts it.
void vm_page_free(vm_page &page);

// vm_page_refs: how many share the frame. Stable at 1 for the single owner of the page table entry.
uint32_t vm_page_refs(vm_page const &page);

// Frame and address. phys_to_vm_page is null for addresses that no frame of the array covers.
paddr vm_page_to_phys(vm_page const &page);
vm_page *phys_to_vm_page(paddr at);
// vm_page_at: phys_to_vm_page for an address that a page table has: there is a frame.
vm_page &vm_page_at(paddr at);

// phys_to_dmap: where the direct map shows physical memory below vm_page_dmap_end().
constexpr vaddr phys_to_dmap(paddr at)
{
	return vaddr{to_word(at) + to_word(vm_layout::dmap_min)};
}

constexpr paddr dmap_to_phys(vaddr at)
{
	return paddr{to_word(at) - to_word(vm_layout::dmap_min)};
}

// vm_page_data: the frame's bytes, through the direct map.
inline void *vm_page_data(vm_page const &page)
{
	return to_pointer<void>(phys_to_dmap(vm_page_to_phys(page)));
}

// Frames by use: total = free + user + wired. `wired` is all the kernel has, page tables included.
struct vm_page_counts final {
	uint32_t total;
	uint32_t free;
	uint32_t user;
	uint32_t wired;
};
vm_page_counts vm_page_count();

// vm_waiter: a thread that lacks memory of any kind. From construction on it is announced, and
// freed items bypass the caches; wait() sleeps until something was freed since construction or the
// last wait(). So: construct, try again, wait, try again - no wakeup is lost.
class vm_waiter final {
public:
	vm_waiter();
	~vm_waiter();
	vm_waiter(vm_waiter const &) = delete;
	vm_waiter &operator=(vm_waiter const &) = delete;

	// wait: thread context, no lock held but Giant. wmesg: at most 8 letters, for ps.
	void wait(char const *wmesg);

private:
	uint32_t seen_;
};

// vm_waiting: whether any thread waits for memory. vm_memory_freed: tells them that something came
// back; cheap when nobody waits. No spin lock held.
bool vm_waiting();
void vm_memory_freed();
