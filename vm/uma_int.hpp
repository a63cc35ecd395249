// SPDX-License-Identifier: BSD-2-Clause
// Slabs: pages cut into items, and which items are free. Knows no lock, no page, no zone.
// After FreeBSD's vm/uma_int.h; bitmaps replace the list of free indices. Also built on the host.
#pragma once

#include <support/bits.hpp>
#include <support/tailq.hpp>

#include <support/atomic.hpp>
#include <cstddef>
#include <cstdint>

struct uma_zone;

//   slab memory     │ item 0 │ item 1 │ ... │ item n-1 │ unused │ header, if it fits │
//   one item        │ size bytes │ tail: red zone and padding │   = rsize bytes
//
// An item is free (in the slab), cached (taken from the slab, in a bucket) or used (handed out):
//   free bit   set exactly while the slab may give it out
//   ready bit  it has been through init and not through fini
//   used bit   handed out by uma_zalloc and not yet given to uma_zfree; INVARIANTS only, set and
//              cleared without the zone's lock
// Where the header does not fit into the pages without costing an item, it lies elsewhere.
struct uma_slab final {
	tailq_link<uma_slab> us_link{};         // in one of the zone's three lists
	uma_zone  *us_zone{};                   // whose slab it is
	std::byte *us_data{};                   // first item
	uint32_t   us_items{};                  // items in all
	uint32_t   us_free{};                   // items free

	// The bitmaps follow the header in memory: free, ready, used; words_for(us_items) each.
	atomic<uint32_t> *bits(uint32_t map)
	{
		return reinterpret_cast<atomic<uint32_t> *>(this + 1)
		    + map * words_for(us_items);
	}
	static constexpr uint32_t words_for(uint32_t items) { return (items + 31) / 32; }
};

inline constexpr uint32_t uma_bitmaps = 3;

// uma_slab_header_bytes: a header with its bitmaps, a multiple of its alignment.
constexpr size_t uma_slab_header_bytes(uint32_t items)
{
	return round_up(sizeof(uma_slab) + size_t{uma_bitmaps} * uma_slab::words_for(items)
	    * sizeof(uint32_t), alignof(uma_slab));
}

// How a zone's slabs look.
struct slab_layout final {
	uint32_t rsize;         // distance of items
	uint32_t items;         // items of a slab
	uint32_t pages;         // pages of a slab
	bool     offpage;       // the header lies elsewhere
	uint32_t header_at;     // offset of the header, if not

	// The largest slab whose header lies elsewhere: bounds the size of such headers.
	static constexpr uint32_t offpage_most = 32;
};

// uma_slab_layout: slabs for items of `size` bytes aligned to align_mask + 1, a power of two up to
// a page, with at least `redzone` bytes behind each. Items of whole pages get no red zone.
slab_layout uma_slab_layout(size_t size, uint32_t align_mask, size_t redzone);

// uma_slab_setup: a header for fresh memory at `data`: all items free, none ready, none used.
void uma_slab_setup(uma_slab &slab, uma_zone *zone, void *data, uint32_t items);

// uma_slab_ready: whether the item has been through init.
bool uma_slab_ready(uma_slab &slab, uint32_t index);

// uma_slab_take: a free item, ready ones first; the slab has one. uma_slab_put: it is free again;
// false, and nothing changed, if it was.
uint32_t uma_slab_take(uma_slab &slab);
[[nodiscard]] bool uma_slab_put(uma_slab &slab, uint32_t index, bool ready);

// uma_slab_index: which item of the slab starts at `item`, or us_items when none does.
uint32_t uma_slab_index(uma_slab const &slab, uint32_t rsize, void const *item);
inline void *uma_slab_item(uma_slab const &slab, uint32_t rsize, uint32_t index)
{
	return slab.us_data + size_t{index} * rsize;
}

// uma_slab_use, uma_slab_unuse: set and clear the used bit, atomically; false when it was so
// already.
[[nodiscard]] bool uma_slab_use(uma_slab &slab, uint32_t index);
[[nodiscard]] bool uma_slab_unuse(uma_slab &slab, uint32_t index);

// uma_shelf: a zone's slabs by how full they are. A slab is on exactly one list:
//   full_     no item free            partial_  some free, some not       empty_  all free
class uma_shelf final {
public:
	constexpr uma_shelf() = default;

	// add: a fresh slab, all free.
	void add(uma_slab &slab);
	// pick: a slab with a free item, the fullest kind first so that empty ones can go; or null.
	uma_slab *pick();
	// take, put: uma_slab_take and uma_slab_put, and the slab moves to the list it now belongs
	// on.
	uint32_t take(uma_slab &slab);
	[[nodiscard]] bool put(uma_slab &slab, uint32_t index, bool ready);
	// release: an empty slab taken off, if more than `keep` are there; or null.
	uma_slab *release(uint32_t keep);

	uint32_t slabs() const { return slabs_; }
	uint32_t empty_slabs() const { return empty_count_; }

private:
	using list = tailq<uma_slab, &uma_slab::us_link>;
	list &list_for(uma_slab const &slab);

	list full_{};
	list partial_{};
	list empty_{};
	uint32_t slabs_{};
	uint32_t empty_count_{};
};
