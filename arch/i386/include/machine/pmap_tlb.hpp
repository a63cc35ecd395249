// SPDX-License-Identifier: BSD-2-Clause
// Translation caches: making every CPU forget what a page table no longer says.
// After FreeBSD 5.0 i386/i386/mp_machdep.c, smp_tlb_shootdown(); a mailbox for each pair of CPUs.
#pragma once

#include <kern/mutex.hpp>
#include <machine/pmap_var.hpp>
#include <support/annotations.hpp>

#include <cstddef>
#include <cstdint>

// A translation that becomes weaker or goes away is in no cache any more when these return; only
// then may its frame be reused. One that becomes stronger needs the local half only: a CPU that
// faults on the old one looks again.
//
// The rule: the caller holds no spin lock and has interrupts on, whenever another CPU is concerned.
// For it waits until the others have answered, which they do when they next take interrupts; one
// that spins for a lock with interrupts off would wait for us, and we for it. Waiting with
// interrupts on we answer others' requests meanwhile. Sleep mutexes may be held. A CPU that holds a
// spin lock never waits here, so it goes on, and so does whoever spins for its lock.
void pmap_invalidate(pmap const &pm, vaddr at) EXCLUDES(sched_lock);
void pmap_invalidate_range(pmap const &pm, vaddr start, size_t pages) EXCLUDES(sched_lock);
void pmap_invalidate_all(pmap const &pm) EXCLUDES(sched_lock);

// pmap_invalidate_local: the half of pmap_invalidate that concerns this CPU. Any context.
void pmap_invalidate_local(pmap const &pm, vaddr at);

// pmap_active: bit n for each CPU n that runs on these tables now, so that its cache may hold
// translations of them: kernel_pmap on all.
uint32_t pmap_active(pmap const &pm);
