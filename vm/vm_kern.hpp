// SPDX-License-Identifier: BSD-2-Clause
// Kernel addresses outside the direct map: the arena they come from, and memory mapped there.
// After FreeBSD's vm/vm_kern.c (kmem_alloc); a bitmap of pages instead of a vm_map.
#pragma once

#include <kern/errno.hpp>
#include <support/annotations.hpp>
#include <vm/vm.hpp>

#include <cstddef>

// kmem_alloc_va: addresses for `pages` adjoining pages, page tables made, nothing mapped. ENOMEM
// when the arena has no such run or no frame is left for a table. Does not sleep for memory; takes
// a sleep mutex, so no spin lock held.
result<vaddr> kmem_alloc_va(size_t pages);

// kmem_free_va: gives the addresses back; nothing is mapped there any more.
void kmem_free_va(vaddr at, size_t pages);

// kmem_alloc: `pages` pages of memory, mapped at adjoining addresses, not zeroed. ENOMEM as above.
result<vaddr> kmem_alloc(size_t pages);

// kmem_unmap: unmaps and frees the memory of `pages` pages of the arena; the addresses stay taken.
void kmem_unmap(vaddr at, size_t pages);

// kmem_free: unmaps and frees what kmem_alloc returned.
void kmem_free(vaddr at, size_t pages);

// kmem_guard_contains: whether the address lies in an arena page that is taken but unmapped: a
// guard page. Takes no lock: for the double-fault handler.
bool kmem_guard_contains(vaddr at);

// vm_reclaim: returns to the frames what caches of the kernel hold: free zone items and kernel
// stacks. Thread context; no lock of rank zone_list or above held.
void vm_reclaim();
