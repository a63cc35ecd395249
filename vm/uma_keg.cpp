// SPDX-License-Identifier: BSD-2-Clause
// The slabs of a zone: where their pages come from, when they go, and items in and out of them.
// After FreeBSD's vm/uma_core.c (slab_zalloc, zone_drain); callbacks run without the zone's lock.

#include <vm/uma_zone.hpp>

#include <kern/callout.hpp>
#include <kern/kassert.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page.hpp>

namespace {

// An empty slab stays, so that a zone at the edge does not make and free slabs in turn.
constexpr uint32_t empty_reserve = 1;

using slab_list = tailq<uma_slab, &uma_slab::us_link>;

// page_at: the frame behind the n-th page of a slab's memory.
vm_page &page_at(vaddr data, uint32_t n)
{
	vaddr const at = data + size_t{n} * page_size;
	return vm_page_at(*pmap_kextract(at));
}

// alloc_pages: memory for a slab: one page of the direct map, or several in the arena. Null.
void *alloc_pages(uint32_t pages)
{
	if (pages > 1) {
		result<vaddr> const at = kmem_alloc(pages);
		return at ? to_pointer<void>(*at) : nullptr;
	}
	vm_page *page = vm_page_alloc(M_NOWAIT);
	return page == nullptr ? nullptr : vm_page_data(*page);
}

void free_pages(void *data, uint32_t pages)
{
	vaddr const at = to_vaddr(data);
	if (pages > 1)
		kmem_free(at, pages);
	else
		vm_page_free(page_at(at, 0));
}

void set_slab(void *data, uint32_t pages, uma_slab *slab)
{
	for (uint32_t i = 0; i < pages; i++)
		page_at(to_vaddr(data), i).pg_slab = slab;
}

// create: a slab's memory and header; null without memory.
uma_slab *create(uma_zone &zone)
{
	slab_layout const &layout = zone.uz_layout;
	void *data = alloc_pages(layout.pages);
	if (data == nullptr)
		return nullptr;
	void *header = layout.offpage ? uma_zalloc(&uma_header_zone, M_NOWAIT)
	    : static_cast<std::byte *>(data) + layout.header_at;
	if (header == nullptr) {
		free_pages(data, layout.pages);
		return nullptr;
	}
	uma_slab *slab = new (header) uma_slab{};
	uma_slab_setup(*slab, &zone, data, layout.items);
	set_slab(data, layout.pages, slab);
	if constexpr (config::invariants)
		uma_dbg_fresh(zone, *slab);
	return slab;
}

// destroy: fini for every item that had init, then the memory goes back. The slab is on no list.
void destroy(uma_zone &zone, uma_slab &slab)
{
	slab_layout const &layout = zone.uz_layout;
	for (uint32_t i = 0; zone.uz_fini != nullptr && i < slab.us_items; i++)
		if (uma_slab_ready(slab, i))
			zone.uz_fini(uma_slab_item(slab, layout.rsize, i),
			    static_cast<int>(zone.uz_size));
	void *data = slab.us_data;
	set_slab(data, layout.pages, nullptr);
	if (layout.offpage)
		uma_zfree(&uma_header_zone, &slab);
	free_pages(data, layout.pages);
}

// note_empties: what is known of the empty slabs that nobody needs.
void note_empties(uma_zone &zone) REQUIRES(zone.uz_lock)
{
	if (zone.uz_shelf.empty_slabs() < zone.uz_fewest)
		zone.uz_fewest = zone.uz_shelf.empty_slabs();
}

// surplus: an empty slab to return, or null. Those go that were there all through the last second:
// a zone whose items come and go by the hundred, as threads do that sleep and wake together, keeps
// its slabs, since making one (stacks to map) and ending it (all CPUs to ask) is expensive.
uma_slab *surplus(uma_zone &zone) REQUIRES(zone.uz_lock)
{
	if (vm_waiting())
		return zone.uz_shelf.release(0);
	if (ticks - zone.uz_looked >= hz) {
		zone.uz_surplus = zone.uz_fewest;
		zone.uz_fewest = zone.uz_shelf.empty_slabs();
		zone.uz_looked = ticks;
	}
	if (zone.uz_surplus == 0)
		return nullptr;
	zone.uz_surplus--;
	uma_slab *slab = zone.uz_shelf.release(empty_reserve);
	note_empties(zone);
	return slab;
}

// put_locked: one item back; a slab that shall go is returned.
uma_slab *put_locked(uma_zone &zone, void *item, bool ready) REQUIRES(zone.uz_lock)
{
	uma_slab &slab = *uma_find_slab(item);
	uint32_t const index = uma_slab_index(slab, zone.uz_layout.rsize, item);
	if (!zone.uz_shelf.put(slab, index, ready))
		panic("zone %s: item %p is free already", zone.uz_lock.object().name, item);
	zone.uz_out--;
	if ((zone.uz_flags & UMA_ZONE_NOFREE) != 0)
		return nullptr;
	return surplus(zone);
}

// What take_locked found.
struct taken final {
	void *item;             // or null
	bool  ready;            // it needs no init
	bool  at_limit;         // null because of uz_max
};

taken take_locked(uma_zone &zone) REQUIRES(zone.uz_lock)
{
	if (zone.uz_max != 0 && zone.uz_out >= zone.uz_max)
		return {nullptr, false, true};
	uma_slab *slab = zone.uz_shelf.pick();
	if (slab == nullptr)
		return {nullptr, false, false};
	uint32_t const index = zone.uz_shelf.take(*slab);
	zone.uz_out++;
	note_empties(zone);
	return {uma_slab_item(*slab, zone.uz_layout.rsize, index),
	    zone.uz_init == nullptr || uma_slab_ready(*slab, index), false};
}

// take_or_grow: take_locked, with a new slab when there is no free item.
taken take_or_grow(uma_zone &zone)
{
	{	mtx_guard g{zone.uz_lock};
		taken const got = take_locked(zone);
		if (got.item != nullptr || got.at_limit)
			return got;
	}
	uma_slab *slab = create(zone);
	if (slab == nullptr)
		return {nullptr, false, false};
	mtx_guard g{zone.uz_lock};
	zone.uz_shelf.add(*slab);
	return take_locked(zone);
}

// put_all: items back under one lock; the slabs that this empties go without it.
void put_all(uma_zone &zone, void *const *items, uint32_t count, bool ready)
{
	slab_list empty;
	{	mtx_guard g{zone.uz_lock};
		for (uint32_t i = 0; i < count; i++)
			if (uma_slab *slab = put_locked(zone, items[i], ready); slab != nullptr)
				empty.insert_tail(*slab);
	}
	while (uma_slab *slab = empty.remove_head())
		destroy(zone, *slab);
}

}

uma_slab *uma_find_slab(void const *item)
{
	vaddr const at = to_vaddr(item);
	if (at < vm_layout::dmap_min)
		return nullptr;
	result<paddr> const frame = pmap_kextract(at);
	vm_page *page = frame ? phys_to_vm_page(*frame) : nullptr;
	return page == nullptr ? nullptr : page->pg_slab;
}

void *uma_item_take(uma_zone &zone)
{
	taken const got = take_or_grow(zone);
	if (got.item == nullptr || got.ready)
		return got.item;
	if (zone.uz_init(got.item, static_cast<int>(zone.uz_size)) == OK)
		return got.item;
	put_all(zone, &got.item, 1, false);
	return nullptr;
}

void uma_items_put(uma_zone &zone, void *const *items, uint32_t count)
{
	put_all(zone, items, count, true);
	vm_memory_freed();
}

uint32_t uma_zone_refill(uma_zone &zone, void **items, uint32_t most)
{
	if (zone.uz_init != nullptr)
		return 0;
	uint32_t count = 0;
	mtx_guard g{zone.uz_lock};
	for (; count < most; count++)
		if ((items[count] = take_locked(zone).item) == nullptr)
			break;
	return count;
}

void uma_zone_shrink(uma_zone &zone)
{
	if ((zone.uz_flags & UMA_ZONE_NOFREE) != 0)
		return;
	for (;;) {
		uma_slab *empty;
		{	mtx_guard g{zone.uz_lock};
			empty = zone.uz_shelf.release(0);
		}
		if (empty == nullptr)
			return;
		destroy(zone, *empty);
	}
}
