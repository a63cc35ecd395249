// SPDX-License-Identifier: BSD-2-Clause
// Between the pmap's files: kernel half of every directory, table entries.
// Written for Kestrel.
#pragma once

#include <vm/pmap.hpp>

#include <cstdint>

struct proc;

// pmap_join: gives `pm` the kernel half as it is now, and every later addition to it. pmap_leave:
// no more additions; before the directory is freed.
void pmap_join(pmap &pm);
void pmap_leave(pmap &pm);

// pmap_of: the address space of p's threads: kernel_pmap for a process without one.
pmap &pmap_of(proc const *p);

// pmap_switch: this CPU runs on `next` from here on. Interrupts off.
void pmap_switch(pmap &next);

// pmap_pte: the entry of `at` in the tables of `pm`, or null without a table (or with a 4 MiB
// page).
pte *pmap_pte(pmap const &pm, vaddr at);
