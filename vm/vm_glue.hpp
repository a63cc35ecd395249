// SPDX-License-Identifier: BSD-2-Clause
// Kernel stacks: two pages each over an unmapped guard page, with a small cache of used ones.
// After FreeBSD's vm/vm_glue.c and pmap_new_thread(); a lock of their own instead of Giant (D-37).
#pragma once

#include <kern/config.hpp>
#include <kern/errno.hpp>
#include <support/annotations.hpp>
#include <vm/vm.hpp>

#include <cstddef>

struct thread;

inline constexpr size_t KSTACK_PAGES = config::kstack_pages;
inline constexpr size_t kstack_bytes = KSTACK_PAGES * page_size;

// kstack_alloc: lowest address of a kernel stack of kstack_bytes; below it lies the guard page.
// ENOMEM. Does not sleep for memory; takes a sleep mutex.
result<vaddr> kstack_alloc();

// kstack_free: gives a stack back; nobody runs on it any more.
void kstack_free(vaddr stack);

// kstack_drain: frees the cached stacks.
void kstack_drain();

// pmap_new_thread: a kernel stack for td: sets td_kstack and td_kstack_pages. ENOMEM.
// pmap_dispose_thread: undoes it. Historical names; called by the thread zone's init and fini.
Errno pmap_new_thread(thread *td);
void pmap_dispose_thread(thread *td);

// kstack_guard_contains: whether a fault address is the guard page below a kernel stack, that is,
// the fault is a kernel stack overflow. Lock-free, for the double-fault handler.
bool kstack_guard_contains(vaddr at);
