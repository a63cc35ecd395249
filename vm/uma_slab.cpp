// SPDX-License-Identifier: BSD-2-Clause
// Slabs: layout, free items, and the lists by fullness.
// After FreeBSD's vm/uma_core.c (slab_zalloc, uma_slab_alloc); independent of the kernel around it.

#include <vm/uma_int.hpp>

#include <support/bits.hpp>
#include <vm/vm.hpp>

#include <bit>
#include <new>

namespace {

constexpr uint32_t free_map = 0;
constexpr uint32_t ready_map = 1;
constexpr uint32_t used_map = 2;

// The free and ready maps change under the zone's lock; only the used map needs the order.
constexpr auto relaxed = order::relaxed;

uint32_t bit_of(uint32_t index)
{
	return 1u << (index % 32);
}

bool test(uma_slab &slab, uint32_t map, uint32_t index)
{
	return (slab.bits(map)[index / 32].load(relaxed) & bit_of(index)) != 0;
}

void assign(uma_slab &slab, uint32_t map, uint32_t index, bool value)
{
	atomic<uint32_t> &word = slab.bits(map)[index / 32];
	uint32_t const old = word.load(relaxed);
	word.store(value ? old | bit_of(index) : old & ~bit_of(index), relaxed);
}

// items_on_page: most items of one page that leave room for the header behind them.
uint32_t items_on_page(uint32_t rsize)
{
	uint32_t items = page_size / rsize;
	while (items > 0 && items * rsize + uma_slab_header_bytes(items) > page_size)
		items--;
	return items;
}

}

slab_layout uma_slab_layout(size_t size, uint32_t align_mask, size_t redzone)
{
	size_t const padded = size % page_size == 0 ? size : size + redzone;
	auto const rsize = static_cast<uint32_t>(round_up<size_t>(padded, size_t{align_mask} + 1));
	uint32_t const with_header = rsize <= page_size ? items_on_page(rsize) : 0;
	uint32_t const without = rsize <= page_size ? page_size / rsize : 1;
	if (with_header == without || without > slab_layout::offpage_most) {
		auto const header_at = static_cast<uint32_t>(
		    page_size - uma_slab_header_bytes(with_header));
		return {rsize, with_header, 1, false, header_at};
	}
	auto const pages = static_cast<uint32_t>(round_page(size_t{rsize} * without) >> page_shift);
	return {rsize, without, pages, true, 0};
}

void uma_slab_setup(uma_slab &slab, uma_zone *zone, void *data, uint32_t items)
{
	slab.us_zone = zone;
	slab.us_data = static_cast<std::byte *>(data);
	slab.us_items = items;
	slab.us_free = items;
	for (uint32_t i = 0; i < uma_bitmaps * uma_slab::words_for(items); i++)
		new (&slab.bits(free_map)[i]) atomic<uint32_t>{0};
	for (uint32_t i = 0; i < items; i++)
		assign(slab, free_map, i, true);
}

bool uma_slab_ready(uma_slab &slab, uint32_t index)
{
	return test(slab, ready_map, index);
}

uint32_t uma_slab_take(uma_slab &slab)
{
	uint32_t const words = uma_slab::words_for(slab.us_items);
	uint32_t index = slab.us_items;
	for (uint32_t i = 0; i < words; i++) {
		uint32_t const free = slab.bits(free_map)[i].load(relaxed);
		uint32_t const ready = free & slab.bits(ready_map)[i].load(relaxed);
		if (ready != 0) {
			index = i * 32 + static_cast<uint32_t>(std::countr_zero(ready));
			break;
		}
		if (free != 0 && index == slab.us_items)
			index = i * 32 + static_cast<uint32_t>(std::countr_zero(free));
	}
	assign(slab, free_map, index, false);
	slab.us_free--;
	return index;
}

bool uma_slab_put(uma_slab &slab, uint32_t index, bool ready)
{
	if (test(slab, free_map, index))
		return false;
	assign(slab, free_map, index, true);
	assign(slab, ready_map, index, ready);
	slab.us_free++;
	return true;
}

uint32_t uma_slab_index(uma_slab const &slab, uint32_t rsize, void const *item)
{
	auto const *at = static_cast<std::byte const *>(item);
	if (at < slab.us_data)
		return slab.us_items;
	auto const offset = static_cast<size_t>(at - slab.us_data);
	if (offset % rsize != 0 || offset / rsize >= slab.us_items)
		return slab.us_items;
	return static_cast<uint32_t>(offset / rsize);
}

bool uma_slab_use(uma_slab &slab, uint32_t index)
{
	// acquire, pairs with uma_slab_unuse: the new user sees the item as the old one left it.
	uint32_t const old = slab.bits(used_map)[index / 32].set(bit_of(index),
	    order::acquire);
	return (old & bit_of(index)) == 0;
}

bool uma_slab_unuse(uma_slab &slab, uint32_t index)
{
	uint32_t const old = slab.bits(used_map)[index / 32].clear(bit_of(index),
	    order::release);
	return (old & bit_of(index)) != 0;
}

// --- lists by fullness --------------------------------------------------------------------------

uma_shelf::list &uma_shelf::list_for(uma_slab const &slab)
{
	if (slab.us_free == 0)
		return full_;
	return slab.us_free == slab.us_items ? empty_ : partial_;
}

void uma_shelf::add(uma_slab &slab)
{
	empty_.insert_head(slab);
	empty_count_++;
	slabs_++;
}

uma_slab *uma_shelf::pick()
{
	return partial_.empty() ? empty_.first() : partial_.first();
}

uint32_t uma_shelf::take(uma_slab &slab)
{
	list &before = list_for(slab);
	uint32_t const index = uma_slab_take(slab);
	list &after = list_for(slab);
	if (&before != &after) {
		before.remove(slab);
		after.insert_head(slab);
		empty_count_ -= &before == &empty_;
	}
	return index;
}

bool uma_shelf::put(uma_slab &slab, uint32_t index, bool ready)
{
	list &before = list_for(slab);
	if (!uma_slab_put(slab, index, ready))
		return false;
	list &after = list_for(slab);
	if (&before != &after) {
		before.remove(slab);
		after.insert_head(slab);
		empty_count_ += &after == &empty_;
	}
	return true;
}

uma_slab *uma_shelf::release(uint32_t keep)
{
	if (empty_count_ <= keep)
		return nullptr;
	empty_count_--;
	slabs_--;
	return empty_.remove_head();
}
