// SPDX-License-Identifier: BSD-2-Clause
// Zone checks of INVARIANTS kernels: red zones, double and foreign frees, writes after free.
// After FreeBSD's vm/uma_dbg.c (trash_ctor, trash_dtor, uma_dbg_free).

#include <vm/uma_zone.hpp>

#include <kern/kassert.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

// Poison, as history printed it; the red zone's byte differs, so that a fill past the end shows.
constexpr uint32_t poison = 0xdeadc0de;
constexpr unsigned char red = 0xfd;

// is_poisoned: whether free items of the zone have no content to keep.
bool is_poisoned(uma_zone const &zone)
{
	return zone.uz_init == nullptr && zone.uz_fini == nullptr;
}

// Whole words only: what remains of an odd size is left alone.
size_t poison_words(uma_zone const &zone)
{
	return zone.uz_size / sizeof poison;
}

void fill_poison(uma_zone const &zone, void *item)
{
	auto *words = static_cast<uint32_t *>(item);
	for (size_t i = 0; i < poison_words(zone); i++)
		words[i] = poison;
}

size_t tail_bytes(uma_zone const &zone)
{
	return zone.uz_layout.rsize - zone.uz_size;
}

unsigned char *tail_of(uma_zone const &zone, void *item)
{
	return static_cast<unsigned char *>(item) + zone.uz_size;
}

// locate: the item's slab and number; panics when the zone has no such item.
uma_slab &locate(uma_zone const &zone, void *item, uint32_t &index)
{
	uma_slab *slab = uma_find_slab(item);
	char const *name = zone.uz_lock.object().name;
	if (slab == nullptr)
		panic("zone %s: %p is no zone's item", name, item);
	if (slab->us_zone != &zone)
		panic("zone %s: item %p belongs to zone %s", name, item,
		    slab->us_zone->uz_lock.object().name);
	index = uma_slab_index(*slab, zone.uz_layout.rsize, item);
	if (index == slab->us_items)
		panic("zone %s: %p is not the start of an item", name, item);
	return *slab;
}

}

void uma_dbg_fresh(uma_zone const &zone, uma_slab const &slab)
{
	for (uint32_t i = 0; i < slab.us_items; i++) {
		void *item = uma_slab_item(slab, zone.uz_layout.rsize, i);
		memset(tail_of(zone, item), red, tail_bytes(zone));
		if (is_poisoned(zone))
			fill_poison(zone, item);
	}
}

void uma_dbg_alloc(uma_zone const &zone, void *item)
{
	uint32_t index;
	uma_slab &slab = locate(zone, item, index);
	char const *name = zone.uz_lock.object().name;
	auto const *words = static_cast<uint32_t const *>(item);
	for (size_t i = 0; is_poisoned(zone) && i < poison_words(zone); i++)
		if (words[i] != poison)
			panic("zone %s: item %p written after free: %#x at offset %zu", name, item,
			    words[i], i * sizeof poison);
	if (!uma_slab_use(slab, index))
		panic("zone %s: item %p handed out twice", name, item);
}

void uma_dbg_free(uma_zone const &zone, void *item)
{
	uint32_t index;
	uma_slab &slab = locate(zone, item, index);
	char const *name = zone.uz_lock.object().name;
	unsigned char const *tail = tail_of(zone, item);
	for (size_t i = 0; i < tail_bytes(zone); i++)
		if (tail[i] != red)
			panic("zone %s: item %p written past its end: %#x at offset %zu", name,
			    item, tail[i], zone.uz_size + i);
	if (!uma_slab_unuse(slab, index))
		panic("zone %s: item %p freed twice", name, item);
}

void uma_dbg_poison(uma_zone const &zone, void *item)
{
	if (is_poisoned(zone))
		fill_poison(zone, item);
}
