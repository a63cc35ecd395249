// SPDX-License-Identifier: BSD-2-Clause
// The total order of the kernel's locks, as data that the lock-order checker reads.
// After the order list of FreeBSD's witness(4) and the orders in kern_thread.c.
#pragma once

#include <cstdint>

// lock_rank: a thread that holds a lock may take only locks of a higher rank; locks of one rank
// nest only where the rank is named in lock_rank_nests. Every mutex names its rank; there is no
// "unranked".
enum class lock_rank : uint8_t {
	// Sleep mutexes.
	giant = 1,              // Giant, what is not yet fine-grained
	proctree,               // allproc, zombproc, parent and child links
	filedesc,               // one process's descriptor table
	file,                   // open file, pipe: offset and buffer
	vm_map,                 // one address space: entries and page tables
	proc,                   // p_mtx, PROC_LOCK; child before parent
	zone_list,              // list of all zones
	zone,                   // one zone's slabs
	kmem,                   // kernel address arena and kernel stack cache
	memwait,                // sleepers for memory
	test_sleep,             // for in-kernel tests: nested under everything above

	// Spin mutexes: nothing below this line may be held across a sleep.
	first_spin,
	intr = first_spin,      // interrupt handler tables
	tty,                    // console line discipline and device input rings
	sched,                  // sched_lock
	callout,                // timeout lists; armed under sched_lock
	zombie,                 // zombie_thread_lock
	frames,                 // free frame list
	pmap_kernel,            // kernel page tables
	ktr,                    // event ring control
	test_spin,              // for in-kernel tests
	console,                // one line of output at a time; innermost
	past_last,              // none: how far the ranks go
};

// lock_rank_name: for people. The switch has no default: a rank without a name does not compile.
constexpr char const *lock_rank_name(lock_rank rank)
{
	switch (rank) {
	case lock_rank::giant: return "giant";
	case lock_rank::proctree: return "proctree";
	case lock_rank::filedesc: return "filedesc";
	case lock_rank::file: return "file";
	case lock_rank::vm_map: return "vm_map";
	case lock_rank::proc: return "proc";
	case lock_rank::zone_list: return "zone_list";
	case lock_rank::zone: return "zone";
	case lock_rank::kmem: return "kmem";
	case lock_rank::memwait: return "memwait";
	case lock_rank::test_sleep: return "test_sleep";
	case lock_rank::intr: return "intr";
	case lock_rank::tty: return "tty";
	case lock_rank::sched: return "sched";
	case lock_rank::callout: return "callout";
	case lock_rank::zombie: return "zombie";
	case lock_rank::frames: return "frames";
	case lock_rank::pmap_kernel: return "pmap_kernel";
	case lock_rank::ktr: return "ktr";
	case lock_rank::test_spin: return "test_spin";
	case lock_rank::console: return "console";
	case lock_rank::past_last: break;
	}
	return "none";
}

// Ranks of which a thread may hold two at once, in an order that the comment above fixes.
constexpr bool lock_rank_nests(lock_rank rank)
{
	return rank == lock_rank::proc || rank == lock_rank::vm_map || rank == lock_rank::file;
}

constexpr bool lock_rank_spins(lock_rank rank)
{
	return rank >= lock_rank::first_spin;
}
