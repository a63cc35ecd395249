// SPDX-License-Identifier: BSD-2-Clause
// Kernel stacks and the cache of those that ended threads left behind.
// After FreeBSD's vm/vm_glue.c; one mutex of its own guards the cache (D-37).

#include <vm/vm_glue.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page.hpp>

#include <array>

namespace {

//   guard page, never mapped │ KSTACK_PAGES of memory │
//                            ▲ the address that stands for the stack
constexpr size_t guard_pages = 1;

// Enough for the forks and exits of a shell script to reuse each other's stacks.
constexpr size_t cache_most = 8;
constinit mtx kstack_lock{"kernel stack cache", lock_rank::kmem};
constinit std::array<vaddr, cache_most> cached GUARDED_BY(kstack_lock){};
constinit size_t cached_count GUARDED_BY(kstack_lock){};

// take_cached: a cached stack, or address 0.
vaddr take_cached()
{
	mtx_guard g{kstack_lock};
	return cached_count == 0 ? vaddr{} : cached[--cached_count];
}

// put_cached: false when the cache is full.
bool put_cached(vaddr stack)
{
	mtx_guard g{kstack_lock};
	if (cached_count == cache_most)
		return false;
	cached[cached_count++] = stack;
	return true;
}

void destroy(vaddr stack)
{
	kmem_unmap(stack, KSTACK_PAGES);
	kmem_free_va(stack - guard_pages * page_size, KSTACK_PAGES + guard_pages);
}

}

result<vaddr> kstack_alloc()
{
	if (vaddr const stack = take_cached(); stack != vaddr{})
		return stack;
	vaddr const stack = TRY(kmem_alloc_va(KSTACK_PAGES + guard_pages))
	    + guard_pages * page_size;
	for (size_t i = 0; i < KSTACK_PAGES; i++) {
		vm_page *page = vm_page_alloc(M_NOWAIT);
		if (page == nullptr) {
			kmem_unmap(stack, i);
			kmem_free_va(stack - guard_pages * page_size, KSTACK_PAGES + guard_pages);
			return fail(ENOMEM);
		}
		pmap_kenter(stack + i * page_size, vm_page_to_phys(*page), kmap::memory);
	}
	return stack;
}

void kstack_free(vaddr stack)
{
	if (vm_waiting() || !put_cached(stack))
		destroy(stack);
}

void kstack_drain()
{
	for (vaddr stack; (stack = take_cached()) != vaddr{};)
		destroy(stack);
}

Errno pmap_new_thread(thread *td)
{
	td->td_kstack = to_word(TRY(kstack_alloc()));
	td->td_kstack_pages = KSTACK_PAGES;
	return OK;
}

void pmap_dispose_thread(thread *td)
{
	kstack_free(vaddr{td->td_kstack});
	td->td_kstack = 0;
	td->td_kstack_pages = 0;
}

bool kstack_guard_contains(vaddr at)
{
	return kmem_guard_contains(at);
}
