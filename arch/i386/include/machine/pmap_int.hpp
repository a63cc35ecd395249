// SPDX-License-Identifier: BSD-2-Clause
// Between the pmap's files: kernel half of every directory, translation caches.
// Written for Kestrel.
#pragma once

#include <kern/mutex.hpp>
#include <support/annotations.hpp>
#include <vm/pmap.hpp>

#include <cstdint>

// pmap_join: gives `pm` the kernel half as it is now, and every later addition to it. pmap_leave:
// no more additions; before the directory is freed.
void pmap_join(pmap &pm);
void pmap_leave(pmap &pm);

// pmap_invalidate: no CPU keeps a translation of the page at `at` (of all user pages) from before.
// A mapping that becomes weaker or goes away needs it before its frame is reused.
void pmap_invalidate(pmap const &pm, vaddr at);
void pmap_invalidate_all(pmap const &pm);

// pmap_active: bit n for each CPU n that runs on these tables now: kernel_pmap on all, a user pmap
// where the thread that runs has it in its pcb_cr3. Takes sched_lock when there are several CPUs.
uint32_t pmap_active(pmap const &pm) EXCLUDES(sched_lock);

// pmap_pte: the entry of `at` in the tables of `pm`, or null without a table (or with a 4 MiB
// page).
pte *pmap_pte(pmap const &pm, vaddr at);

