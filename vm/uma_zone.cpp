// SPDX-License-Identifier: BSD-2-Clause
// Zones: allocation and free through per-CPU buckets, waiting for memory.
// After FreeBSD's vm/uma_core.c; buckets change hands by exchange instead of under per-CPU mutexes.

#include <vm/uma_zone.hpp>

#include <machine/pcpu.hpp>

#include <kern/kassert.hpp>
#include <kern/proc.hpp>
#include <support/bits.hpp>
#include <vm/vm.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

// What one CPU's bucket may hold of a zone, so that caches stay small beside small memories.
constexpr size_t bucket_bytes = 16 * 1024;

// in_critical: a critical section as a block.
class in_critical final {
public:
	in_critical() { critical_enter(); }
	~in_critical() { critical_exit(); }
	in_critical(in_critical const &) = delete;
	in_critical &operator=(in_critical const &) = delete;
};

// bump: a counter that only its CPU writes.
void bump(atomic<uint32_t> &counter)
{
	counter.store(counter.load(order::relaxed) + 1, order::relaxed);
}

void check_context(uma_zone const &zone, uint32_t flags)
{
	KASSERT(curthread->td_critnest == 0, "zone %s used with a spin lock held",
	    zone.uz_lock.object().name);
	if (config::invariants && (flags & M_WAITOK) != 0)
		witness_sleep_check(nullptr, zone.uz_lock.object().name);
}

// A drain that runs while a bucket is out of its cache misses it. It announces itself first
// (vm_waiter), and the exchange and store below are sequentially consistent: either the drain finds
// the bucket, or we find the waiter, and drain for it.
void serve_waiters(uma_zone &zone)
{
	if (!vm_waiting()) [[likely]]
		return;
	uma_zone_drain(&zone);
	vm_memory_freed();
}

// cache_pop: an item from this CPU's bucket, or null.
void *cache_pop(uma_zone &zone)
{
	void *item = nullptr;
	in_critical c;
	uma_cache &cache = zone.uz_caches[curcpu()];
	uma_bucket *bucket = cache.uc_bucket.exchange(nullptr, order::seq_cst);
	if (bucket == nullptr)
		return nullptr;
	if (bucket->ub_count > 0)
		item = bucket->ub_items[--bucket->ub_count];
	cache.uc_bucket.store(bucket, order::seq_cst);
	return item;
}

// cache_push: puts items into this CPU's bucket; how many it took. An absent bucket is replaced by
// `fresh`, which is null afterwards if it was used.
uint32_t cache_push(uma_zone &zone, void *const *items, uint32_t count, uma_bucket *&fresh)
{
	uint32_t done = 0;
	in_critical c;
	uma_cache &cache = zone.uz_caches[curcpu()];
	uma_bucket *bucket = cache.uc_bucket.exchange(nullptr, order::seq_cst);
	if (bucket == nullptr) {
		bucket = fresh;
		fresh = nullptr;
	}
	if (bucket == nullptr)
		return 0;
	while (done < count && bucket->ub_count < zone.uz_bucket_most)
		bucket->ub_items[bucket->ub_count++] = items[done++];
	cache.uc_bucket.store(bucket, order::seq_cst);
	return done;
}

// cache_split: takes the older half of this CPU's full bucket out into `items`; their number.
uint32_t cache_split(uma_zone &zone, void **items)
{
	in_critical c;
	uma_cache &cache = zone.uz_caches[curcpu()];
	uma_bucket *bucket = cache.uc_bucket.exchange(nullptr, order::seq_cst);
	if (bucket == nullptr)
		return 0;
	uint32_t const count = (bucket->ub_count + 1) / 2;
	uint32_t const left = bucket->ub_count - count;
	memcpy(items, bucket->ub_items, count * sizeof items[0]);
	memmove(bucket->ub_items, bucket->ub_items + count, left * sizeof items[0]);
	bucket->ub_count = left;
	cache.uc_bucket.store(bucket, order::seq_cst);
	return count;
}

void count_event(uma_zone &zone, atomic<uint32_t> uma_cache::*counter)
{
	in_critical c;
	bump(zone.uz_caches[curcpu()].*counter);
}

uma_bucket *new_bucket()
{
	void *memory = uma_zalloc(&uma_bucket_zone, M_NOWAIT);
	return memory == nullptr ? nullptr : new (memory) uma_bucket{};
}

// cache_items: keeps items at hand; those that find no room go back to the slabs.
void cache_items(uma_zone &zone, void *const *items, uint32_t count)
{
	uma_bucket *fresh = nullptr;
	uint32_t done = cache_push(zone, items, count, fresh);
	if (done == 0) {
		void *old[uma_bucket::most];
		uint32_t const split = cache_split(zone, old);
		if (split != 0)
			uma_items_put(zone, old, split);
		else
			fresh = new_bucket();
		done = cache_push(zone, items, count, fresh);
		if (fresh != nullptr)
			uma_zfree(&uma_bucket_zone, fresh);
	}
	if (done < count)
		uma_items_put(zone, items + done, count - done);
}

// take_item: from the cache or else from the slabs, refilling the cache. Null without memory.
void *take_item(uma_zone &zone)
{
	if (zone.uz_bucket_most == 0)
		return uma_item_take(zone);
	void *item = cache_pop(zone);
	if (item == nullptr && (item = uma_item_take(zone)) != nullptr && !vm_waiting()) {
		void *more[uma_bucket::most];
		uint32_t const count = uma_zone_refill(zone, more, zone.uz_bucket_most / 2);
		if (count != 0)
			cache_items(zone, more, count);
	}
	serve_waiters(zone);
	return item;
}

// wait_item: an item, however long it takes: memory and other CPUs' caches are asked, then sleep.
void *wait_item(uma_zone &zone)
{
	vm_waiter waiter;
	for (;;) {
		uma_zone_drain(&zone);
		if (void *item = uma_item_take(zone); item != nullptr)
			return item;
		vm_reclaim();
		if (void *item = uma_item_take(zone); item != nullptr)
			return item;
		waiter.wait("zonelim");
	}
}

}

void uma_zone_setup(uma_zone &zone, uma_traits const &traits)
{
	uint32_t const align = traits.align | UMA_ALIGN_PTR;
	KASSERT(traits.size != 0 && traits.size <= uma_size_most && is_power_of_two(align + 1)
	    && align < page_size, "zone %s: size %zu, alignment mask %#x",
	    zone.uz_lock.object().name, traits.size, traits.align);
	zone.uz_size = traits.size;
	zone.uz_ctor = traits.ctor;
	zone.uz_dtor = traits.dtor;
	zone.uz_init = traits.init;
	zone.uz_fini = traits.fini;
	zone.uz_flags = traits.flags;
	zone.uz_layout = uma_slab_layout(traits.size, align, uma_redzone);
	size_t const fit = bucket_bytes / zone.uz_layout.rsize;
	if ((traits.flags & UMA_ZONE_NOBUCKET) == 0)
		zone.uz_bucket_most = fit < uma_bucket::most ? static_cast<uint32_t>(fit)
		    : uma_bucket::most;
}

void *uma_zalloc_arg(uma_zone_t zone, void *arg, uint32_t flags)
{
	check_context(*zone, flags);
	void *item = take_item(*zone);
	if (item == nullptr && (flags & M_WAITOK) == 0) {
		// Another CPU's cache may hold what the zone's limit or the frames do not give.
		uma_zone_drain(zone);
		item = uma_item_take(*zone);
	}
	if (item == nullptr) {
		if ((flags & M_WAITOK) == 0) {
			count_event(*zone, &uma_cache::uc_failures);
			return nullptr;
		}
		item = wait_item(*zone);
	}
	if constexpr (config::invariants)
		uma_dbg_alloc(*zone, item);
	count_event(*zone, &uma_cache::uc_allocs);
	if ((flags & M_ZERO) != 0) {
		KASSERT(zone->uz_init == nullptr, "zone %s: M_ZERO would undo init",
		    zone->uz_lock.object().name);
		memset(item, 0, zone->uz_size);
	}
	if (zone->uz_ctor != nullptr)
		zone->uz_ctor(item, static_cast<int>(zone->uz_size), arg);
	return item;
}

void uma_zfree_arg(uma_zone_t zone, void *item, void *arg)
{
	check_context(*zone, 0);
	if constexpr (config::invariants)
		uma_dbg_free(*zone, item);
	if (zone->uz_dtor != nullptr)
		zone->uz_dtor(item, static_cast<int>(zone->uz_size), arg);
	if constexpr (config::invariants)
		uma_dbg_poison(*zone, item);
	count_event(*zone, &uma_cache::uc_frees);
	if (zone->uz_bucket_most == 0 || vm_waiting()) {
		uma_items_put(*zone, &item, 1);
		return;
	}
	cache_items(*zone, &item, 1);
	serve_waiters(*zone);
}

void uma_zone_drain(uma_zone_t zone)
{
	for (uma_cache &cache : zone->uz_caches) {
		uma_bucket *bucket = cache.uc_bucket.exchange(nullptr, order::seq_cst);
		if (bucket == nullptr)
			continue;
		uma_items_put(*zone, bucket->ub_items, bucket->ub_count);
		uma_zfree(&uma_bucket_zone, bucket);
	}
	uma_zone_shrink(*zone);
}

uma_zone_stats uma_zone_peek(uma_zone const &zone) NO_THREAD_SAFETY_ANALYSIS
{
	uma_zone_stats stats{.name = zone.uz_lock.object().name, .size = zone.uz_size, .limit = 0,
	    .used = 0, .free = 0, .requests = 0, .failures = 0};
	uint32_t frees = 0;
	for (uma_cache const &cache : zone.uz_caches) {
		stats.requests += cache.uc_allocs.load(order::relaxed);
		frees += cache.uc_frees.load(order::relaxed);
		stats.failures += cache.uc_failures.load(order::relaxed);
	}
	stats.used = stats.requests - frees;
	stats.requests += stats.failures;
	stats.limit = zone.uz_max;
	stats.free = zone.uz_shelf.slabs() * zone.uz_layout.items - stats.used;
	return stats;
}

uma_zone_stats uma_zone_read(uma_zone &zone)
{
	mtx_guard g{zone.uz_lock};
	return uma_zone_peek(zone);
}
