// SPDX-License-Identifier: BSD-2-Clause
// The i386 page tables as types: directory and table entries, struct pmap.
// After FreeBSD's machine/pmap.h; entries are classes, tables are reached through the direct map.
#pragma once

#include <support/atomic.hpp>
#include <support/tailq.hpp>
#include <vm/vm.hpp>

#include <cstddef>
#include <cstdint>

// Bits of a directory or table entry, as the CPU defines them.
enum pg_bits : uint32_t {
	PG_V = 0x001,           // valid
	PG_RW = 0x002,          // writable
	PG_U = 0x004,           // reachable from user mode
	PG_WT = 0x008,          // cache: write through
	PG_N = 0x010,           // cache: off
	PG_A = 0x020,           // accessed; ours: always set, see below
	PG_M = 0x040,           // modified; likewise
	PG_PS = 0x080,          // directory only: a 4 MiB page
	PG_HELD = 0x200,        // ours: not valid, but a frame belongs here (no access rights)
	PG_FRAME = 0xfffff000,
};

// Nothing is paged out, so nobody asks for PG_A and PG_M. A page is entered with both, and the CPU,
// which would set them, never writes to a table: an entry has one writer, whoever has the pmap's
// lock.

inline constexpr uint32_t ptes_per_table = 1024;
inline constexpr uint32_t pde_shift = 22;
inline constexpr uint32_t pde_span = 1u << pde_shift;   // bytes behind one directory entry

// pte, pde: a word the CPU walks. Made from an address and bits; zero maps nothing.
struct pte final {
	uint32_t word;

	static constexpr pte make(paddr frame, uint32_t bits) { return {to_word(frame) | bits}; }
	constexpr bool valid() const { return (word & PG_V) != 0; }
	// resident: a frame with a reference held stands here, reachable or not.
	constexpr bool resident() const { return (word & (PG_V | PG_HELD)) != 0; }
	constexpr bool writable() const { return (word & PG_RW) != 0; }
	constexpr paddr frame() const { return paddr{word & PG_FRAME}; }
};

struct pde final {
	uint32_t word;

	static constexpr pde make(paddr table, uint32_t bits) { return {to_word(table) | bits}; }
	constexpr bool valid() const { return (word & PG_V) != 0; }
	constexpr bool large() const { return (word & PG_PS) != 0; }
	constexpr paddr frame() const { return paddr{word & PG_FRAME}; }
};

static_assert(sizeof(pte) == 4 && sizeof(pde) == 4);

struct page_table final {
	pte entries[ptes_per_table];
};

struct page_directory final {
	pde entries[ptes_per_table];
};

static_assert(sizeof(page_table) == page_size && sizeof(page_directory) == page_size);

constexpr uint32_t pde_index(vaddr a)
{
	return to_word(a) >> pde_shift;
}

constexpr uint32_t pte_index(vaddr a)
{
	return (to_word(a) >> page_shift) % ptes_per_table;
}

// pmap: one address space's tables. Key: (a) set at creation  (m) vm_map_lock of the vmspace
// (p) pmap_lock  (s) each CPU its bit, in pmap_switch
struct pmap final {
	tailq_link<pmap> pm_link{};                     // (p) in the list of all user pmaps
	page_directory *pm_pdir{};                      // (m) user half; (p) kernel half
	paddr pm_pdir_phys{};                           // (a) what CR3 wants
	uint32_t pm_resident{};                         // (m) user pages mapped
	atomic<uint32_t> pm_active{};                   // (s) CPUs that run on these tables
};
