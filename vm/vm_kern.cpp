// SPDX-License-Identifier: BSD-2-Clause
// The kernel address arena: a bitmap of pages, first fit, and memory mapped into it.
// After FreeBSD's vm/vm_kern.c; a bitmap of 8 KiB instead of a map, which needs an allocator.

#include <vm/vm_kern.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <vm/pmap.hpp>
#include <vm/uma.hpp>
#include <vm/vm_glue.hpp>
#include <vm/vm_page.hpp>

#include <array>

namespace {

constexpr size_t arena_pages = (vm_layout::kmem_max - vm_layout::kmem_min) >> page_shift;
constexpr size_t word_bits = 32;
static_assert(arena_pages % word_bits == 0);

// A set bit is a page whose address somebody has. Readers without the lock (the double-fault
// handler) see each word whole.
constinit mtx kmem_lock{"kmem arena", lock_rank::kmem};
constinit std::array<atomic<uint32_t>, arena_pages / word_bits> taken{};
// No page below this index is free.
constinit size_t lowest_free GUARDED_BY(kmem_lock){};

bool is_taken(size_t page)
{
	uint32_t const word = taken[page / word_bits].load(order::relaxed);
	return (word >> (page % word_bits) & 1) != 0;
}

void set_taken(size_t first, size_t count, bool value)
{
	for (size_t page = first; page < first + count; page++) {
		atomic<uint32_t> &word = taken[page / word_bits];
		uint32_t const bit = 1u << (page % word_bits);
		uint32_t const old = word.load(order::relaxed);
		word.store(value ? old | bit : old & ~bit, order::relaxed);
	}
}

// find_run: first of `count` adjoining free pages at or above `from`, or arena_pages.
size_t find_run(size_t from, size_t count)
{
	size_t length = 0;
	for (size_t page = from; page < arena_pages; page++) {
		if (page % word_bits == 0 && length == 0
		    && taken[page / word_bits].load(order::relaxed) == UINT32_MAX) {
			page += word_bits - 1;
			continue;
		}
		length = is_taken(page) ? 0 : length + 1;
		if (length == count)
			return page + 1 - count;
	}
	return arena_pages;
}

size_t index_of(vaddr at)
{
	return (at - vm_layout::kmem_min) >> page_shift;
}

vaddr address_of(size_t page)
{
	return vm_layout::kmem_min + (page << page_shift);
}

}

result<vaddr> kmem_alloc_va(size_t pages)
{
	KASSERT(pages != 0 && pages <= arena_pages, "kmem_alloc_va of %zu pages", pages);
	size_t first;
	{	mtx_guard g{kmem_lock};
		first = find_run(lowest_free, pages);
		if (first == arena_pages)
			return fail(ENOMEM);
		set_taken(first, pages, true);
		if (first == lowest_free)
			lowest_free = first + pages;
	}
	vaddr const at = address_of(first);
	if (Errno error = pmap_growkernel(at, at + pages * page_size); error != OK) {
		kmem_free_va(at, pages);
		return fail(error);
	}
	return at;
}

void kmem_free_va(vaddr at, size_t pages)
{
	size_t const first = index_of(at);
	{	mtx_guard g{kmem_lock};
		for (size_t page = first; config::invariants && page < first + pages; page++)
			KASSERT(is_taken(page), "kmem page %#x freed twice",
			    to_word(address_of(page)));
		set_taken(first, pages, false);
		if (first < lowest_free)
			lowest_free = first;
	}
	vm_memory_freed();
}

result<vaddr> kmem_alloc(size_t pages)
{
	vaddr const at = TRY(kmem_alloc_va(pages));
	for (size_t i = 0; i < pages; i++) {
		vm_page *page = vm_page_alloc(M_NOWAIT);
		if (page == nullptr) {
			kmem_unmap(at, i);
			kmem_free_va(at, pages);
			return fail(ENOMEM);
		}
		pmap_kenter(at + i * page_size, vm_page_to_phys(*page), kmap::memory);
	}
	return at;
}

void kmem_unmap(vaddr at, size_t pages)
{
	// Many at once: every CPU has to be asked to forget them.
	constexpr size_t most = 32;
	paddr frames[most];
	while (pages != 0) {
		size_t const count = pages < most ? pages : most;
		for (size_t i = 0; i < count; i++) {
			vaddr const where = at + i * page_size;
			result<paddr> const frame = pmap_kextract(where);
			KASSERT(frame, "kmem page %#x is not mapped", to_word(where));
			frames[i] = *frame;
		}
		pmap_kremove(at, count);
		for (size_t i = 0; i < count; i++)
			vm_page_free(vm_page_at(frames[i]));
		at = at + count * page_size;
		pages -= count;
	}
}

void kmem_free(vaddr at, size_t pages)
{
	kmem_unmap(at, pages);
	kmem_free_va(at, pages);
}

bool kmem_guard_contains(vaddr at)
{
	if (at < vm_layout::kmem_min || at >= vm_layout::kmem_max)
		return false;
	return is_taken(index_of(at)) && !pmap_kextract(at);
}

void vm_reclaim()
{
	uma_reclaim();
	kstack_drain();
}
