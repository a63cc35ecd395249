// SPDX-License-Identifier: BSD-2-Clause
// What the machine's page tables must do for the kernel: the pmap interface, defined by arch.
// After FreeBSD's vm/pmap.h; pages are entered by frame, and copy-on-write is by frame count.
#pragma once

#include <kern/errno.hpp>
#include <machine/pmap_var.hpp>
#include <support/annotations.hpp>
#include <vm/vm.hpp>

#include <cstddef>
#include <cstdint>

struct thread;
struct vm_page;

// The kernel's own address space: all of proc0, and the upper quarter of every other.
extern pmap kernel_pmap;

// pmap_bootstrap: second step of start-up, see vm/vm.hpp. Leaves the machine on kernel_pmap's
// tables: direct map in place (4 MiB pages where the CPU has them), kernel text and constants
// read-only, write protection in force for the kernel too, nothing reachable from user mode, user
// half empty.
void pmap_bootstrap();

// A user pmap is guarded by the lock of the vmspace it belongs to; the caller holds it (or is the
// only one who knows the pmap). Addresses are page-aligned and in user space.

// pmap_pinit: fresh user half, shared kernel half. ENOMEM. Does not sleep.
Errno pmap_pinit(pmap &pm);

// pmap_release: gives back the tables. No mapping is left, and no CPU runs on it.
void pmap_release(pmap &pm);

// pmap_enter: maps the frame with the protection and takes over the caller's reference to it; an
// earlier mapping of the address goes first. ENOMEM (no frame for a table): the reference stays
// with the caller. Does not sleep.
Errno pmap_enter(pmap &pm, vaddr at, vm_page &page, vm_prot prot);

// pmap_remove: unmaps [start, end), dropping the references to the frames, and empty tables.
void pmap_remove(pmap &pm, vaddr start, vaddr end);

// pmap_protect: takes rights away in [start, end). Granting write is left to the next fault, which
// knows whether the frame is shared; with no right at all the pages stay resident but unreachable.
void pmap_protect(pmap &pm, vaddr start, vaddr end, vm_prot prot);

// pmap_grant: sets the rights of a page that is resident at `at`; no fault follows for them.
void pmap_grant(pmap &pm, vaddr at, vm_prot prot);

// pmap_copy: enters every page of `from` in [start, end) into `to` as well, read-only in both, one
// reference each. ENOMEM leaves `to` partly filled and valid.
Errno pmap_copy(pmap &to, pmap &from, vaddr start, vaddr end);

// pmap_lookup: the frame mapped at the page of `at`, or null.
vm_page *pmap_lookup(pmap const &pm, vaddr at);

// pmap_extract: physical address behind any mapped address, user or kernel; EFAULT where none is.
result<paddr> pmap_extract(pmap const &pm, vaddr at);

// pmap_activate: td, curthread, goes on in its process's address space, in kernel_pmap for a
// process without one. After p_vmspace has changed (exec, exit); else the switch does it.
void pmap_activate(thread *td);

// pmap_cr3: the page table base word of a pmap, as CR3 holds it.
uint32_t pmap_cr3(pmap const &pm);

// How the kernel maps a page for itself.
enum class kmap : uint8_t { memory, device };

// pmap_kenter: maps one page of the kmem arena; the page has a table (pmap_growkernel) and was not
// mapped. Any context. pmap_kremove: unmaps `count` adjoining pages on all CPUs. No spin lock held.
void pmap_kenter(vaddr at, paddr to, kmap kind);
void pmap_kremove(vaddr at, size_t count);

// pmap_growkernel: makes sure that page tables for [start, end) of the arena exist, in every pmap.
// ENOMEM. Does not sleep.
Errno pmap_growkernel(vaddr start, vaddr end);

// pmap_kextract: physical address behind a kernel address, direct map included; EFAULT if unmapped.
result<paddr> pmap_kextract(vaddr at);

// pmap_mapdev: kernel address of `size` bytes of device registers at `at`, uncached. Panics when
// the arena is full: only boot-time code calls it. pmap_unmapdev: undoes it, with the same size.
void *pmap_mapdev(paddr at, size_t size);
void pmap_unmapdev(void *at, size_t size);
