// SPDX-License-Identifier: BSD-2-Clause
// struct uma_zone: a zone's slabs, its per-CPU caches and its checks; for vm/uma_*.cpp only.
// After FreeBSD's vm/uma_int.h; zone and keg are one, as in 2002.
#pragma once

#include <kern/config.hpp>
#include <kern/mutex.hpp>
#include <support/tailq.hpp>
#include <vm/uma.hpp>
#include <vm/uma_int.hpp>

#include <support/atomic.hpp>
#include <cstddef>
#include <cstdint>

// uma_bucket: items that one CPU keeps at hand, last in first out. Belongs to whoever took it out
// of its uma_cache.
struct uma_bucket final {
	static constexpr uint32_t most = 15;
	uint32_t ub_count{};
	void    *ub_items[most]{};
};

// uma_cache: one CPU's share of a zone, on a cache line of its own. The bucket is taken out by
// exchange and put back when done: by its CPU, in a critical section, or by uma_zone_drain from any
// CPU, which does not put it back. So no lock, and never two users of one bucket. The counters
// belong to the CPU.
struct alignas(64) uma_cache final {
	atomic<uma_bucket *> uc_bucket{};
	atomic<uint32_t> uc_allocs{};      // items handed out here
	atomic<uint32_t> uc_frees{};       // items given back here
	atomic<uint32_t> uc_failures{};    // M_NOWAIT requests refused here
};

// Key: (a) set at creation  (l) zone list lock  (z) uz_lock  (k) see uma_cache
struct uma_zone final {
	explicit constexpr uma_zone(char const *name) : uz_lock{name, lock_rank::zone} {}

	tailq_link<uma_zone> uz_link{};         // (l) in the list of all zones
	size_t      uz_size{};                  // (a) of an item, as asked for
	uma_ctor    uz_ctor{};                  // (a)
	uma_dtor    uz_dtor{};                  // (a)
	uma_init    uz_init{};                  // (a)
	uma_fini    uz_fini{};                  // (a)
	slab_layout uz_layout{};                // (a)
	uint32_t    uz_flags{};                 // (a) UMA_ZONE_*
	uint32_t    uz_bucket_most{};           // (a) items a bucket may hold; 0: no caches
	mtx         uz_lock;
	uma_shelf   uz_shelf GUARDED_BY(uz_lock){};     // (z)
	uint32_t    uz_out GUARDED_BY(uz_lock){};       // (z) items used or cached
	uint32_t    uz_max GUARDED_BY(uz_lock){};       // (z) limit of uz_out, or 0
	uint32_t    uz_fewest GUARDED_BY(uz_lock){};    // (z) empty slabs since uz_looked, at least
	uint32_t    uz_surplus GUARDED_BY(uz_lock){};   // (z) empty slabs that are to go
	int         uz_looked GUARDED_BY(uz_lock){};    // (z) tick at which uz_surplus was set
	uma_cache   uz_caches[config::max_cpus]{};      // (k)
};

// uma_find_slab: the slab whose pages contain `item`, or null.
uma_slab *uma_find_slab(void const *item);

// What uma_zcreate is told about a zone.
struct uma_traits final {
	size_t   size;
	uma_ctor ctor;
	uma_dtor dtor;
	uma_init init;
	uma_fini fini;
	uint32_t align;
	uint32_t flags;
};

// uma_zone_setup: the constant fields from the traits.
void uma_zone_setup(uma_zone &zone, uma_traits const &traits);

// uma_item_take: an item from the slabs, made ready by init; a new slab if need be. Null without
// memory or at the limit. uma_items_put: items back into their slabs; slabs that stay empty for a
// second go back to the frames, and who waits for memory hears of it. Neither sleeps; no lock held.
void *uma_item_take(uma_zone &zone);
void uma_items_put(uma_zone &zone, void *const *items, uint32_t count);

// uma_zone_refill: up to `most` items into `items`, without making a slab; their number. None for
// zones with init, whose items are made one by one.
uint32_t uma_zone_refill(uma_zone &zone, void **items, uint32_t most);

// uma_zone_shrink: all empty slabs back to the frames.
void uma_zone_shrink(uma_zone &zone);

// The zones of slab headers and of buckets.
extern uma_zone uma_header_zone;
extern uma_zone uma_bucket_zone;

// Checks of INVARIANTS kernels (uma_dbg.cpp); each panics naming zone and item.
//   fresh    a new slab: red zones behind all items, poison in all
//   alloc    an item on its way out: not in use, poison untouched
//   free     an item on its way in: this zone's, in use, red zone whole
//   poison   after dtor: marks the bytes, so that alloc can tell a write after free
void uma_dbg_fresh(uma_zone const &zone, uma_slab const &slab);
void uma_dbg_alloc(uma_zone const &zone, void *item);
void uma_dbg_free(uma_zone const &zone, void *item);
void uma_dbg_poison(uma_zone const &zone, void *item);

// uma_redzone: bytes behind each item that nobody may touch.
inline constexpr size_t uma_redzone = config::invariants ? 4 : 0;

// What the statistics show of one zone.
struct uma_zone_stats final {
	char const *name;
	size_t   size;
	uint32_t limit;         // items, 0 for none
	uint32_t used;
	uint32_t free;          // cached or in slabs
	uint32_t requests;      // since boot, wraps
	uint32_t failures;
};
uma_zone_stats uma_zone_read(uma_zone &zone);
// uma_zone_peek: the same without a lock, while all other CPUs stand still.
uma_zone_stats uma_zone_peek(uma_zone const &zone);

// uma_zone_read_nth: statistics of the zone at that place in the list; false past the end.
bool uma_zone_read_nth(uint32_t index, uma_zone_stats &stats);
// uma_zone_peek_nth: the same by uma_zone_peek().
bool uma_zone_peek_nth(uint32_t index, uma_zone_stats &stats);
