// SPDX-License-Identifier: BSD-2-Clause
// Slabs: layouts waste little and overlap nothing; items are given once; lists follow fullness.
// Written for Kestrel.
#include <vm/uma_int.hpp>
#include <vm/vm.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <vector>

namespace {

// A slab with its header and memory, as the zone would make it.
class slab_with_memory final {
public:
	explicit slab_with_memory(slab_layout const &layout) : rsize_{layout.rsize}
	{
		size_t const bytes = size_t{layout.pages} * page_size;
		memory_.reset(new (std::align_val_t{page_size}) std::byte[bytes]);
		void *where = memory_.get() + layout.header_at;
		if (layout.offpage) {
			header_.resize(uma_slab_header_bytes(layout.items) / sizeof(uint64_t) + 1);
			where = header_.data();
		}
		slab_ = new (where) uma_slab{};
		uma_slab_setup(*slab_, nullptr, memory_.get(), layout.items);
	}

	uma_slab &slab() { return *slab_; }
	void *item(uint32_t index) { return uma_slab_item(*slab_, rsize_, index); }

private:
	struct free_pages {
		void operator()(std::byte *at)
		{
			operator delete[](at, std::align_val_t{page_size});
		}
	};
	uint32_t rsize_;
	std::unique_ptr<std::byte[], free_pages> memory_{};
	std::vector<uint64_t> header_{};
	uma_slab *slab_{};
};

void expect_sound(slab_layout const &l, size_t size, uint32_t align)
{
	size_t const bytes = size_t{l.pages} * page_size;
	SCOPED_TRACE(testing::Message() << size << " bytes aligned to " << align);
	EXPECT_GE(l.items, 1u);
	EXPECT_GE(l.rsize, size);
	EXPECT_EQ(l.rsize % align, 0u);
	EXPECT_LE(size_t{l.items} * l.rsize, bytes);
	if (!l.offpage) {
		EXPECT_LE(size_t{l.items} * l.rsize, l.header_at);
		EXPECT_LE(l.header_at + uma_slab_header_bytes(l.items), bytes);
		EXPECT_EQ(l.header_at % alignof(uma_slab), 0u);
	}
}

TEST(uma_slab, every_layout_holds_its_items_and_its_header)
{
	for (size_t size = 1; size <= 4 * page_size; size += size < 64 ? 1 : size / 7)
		for (uint32_t align = 1; align <= 64; align *= 2)
			for (size_t redzone : {0u, 4u, 16u})
				expect_sound(uma_slab_layout(size, align - 1, redzone), size,
				    align);
}

TEST(uma_slab, each_item_is_given_out_once)
{
	slab_with_memory s{uma_slab_layout(48, 7, 0)};
	std::set<uint32_t> given;
	while (s.slab().us_free > 0)
		EXPECT_TRUE(given.insert(uma_slab_take(s.slab())).second);
	EXPECT_EQ(given.size(), s.slab().us_items);
	EXPECT_EQ(*given.rbegin(), s.slab().us_items - 1);
}

TEST(uma_slab, ready_items_go_out_first)
{
	slab_with_memory s{uma_slab_layout(256, 7, 0)};
	(void)uma_slab_take(s.slab());
	uint32_t const second = uma_slab_take(s.slab());
	ASSERT_TRUE(uma_slab_put(s.slab(), 0, false));
	ASSERT_TRUE(uma_slab_put(s.slab(), second, true));
	EXPECT_TRUE(uma_slab_ready(s.slab(), second));
	EXPECT_EQ(uma_slab_take(s.slab()), second);
}

TEST(uma_slab, freeing_a_free_item_changes_nothing)
{
	slab_with_memory s{uma_slab_layout(64, 7, 0)};
	uint32_t const index = uma_slab_take(s.slab());
	EXPECT_TRUE(uma_slab_put(s.slab(), index, true));
	uint32_t const free = s.slab().us_free;
	EXPECT_FALSE(uma_slab_put(s.slab(), index, true));
	EXPECT_EQ(s.slab().us_free, free);
}

TEST(uma_slab, only_the_start_of_an_item_has_an_index)
{
	slab_layout const layout = uma_slab_layout(100, 3, 0);
	slab_with_memory s{layout};
	auto *first = static_cast<std::byte *>(s.item(0));
	EXPECT_EQ(uma_slab_index(s.slab(), layout.rsize, s.item(3)), 3u);
	EXPECT_EQ(uma_slab_index(s.slab(), layout.rsize, first + 1), layout.items);
	EXPECT_EQ(uma_slab_index(s.slab(), layout.rsize, first - layout.rsize), layout.items);
	EXPECT_EQ(uma_slab_index(s.slab(), layout.rsize, s.item(layout.items)), layout.items);
}

TEST(uma_slab, using_twice_and_unusing_twice_are_noticed)
{
	slab_with_memory s{uma_slab_layout(64, 7, 0)};
	EXPECT_TRUE(uma_slab_use(s.slab(), 33));
	EXPECT_FALSE(uma_slab_use(s.slab(), 33));
	EXPECT_TRUE(uma_slab_unuse(s.slab(), 33));
	EXPECT_FALSE(uma_slab_unuse(s.slab(), 33));
}

TEST(uma_shelf, an_empty_shelf_has_nothing_to_pick)
{
	uma_shelf shelf;
	EXPECT_EQ(shelf.pick(), nullptr);
	EXPECT_EQ(shelf.release(0), nullptr);
}

TEST(uma_shelf, partly_used_slabs_are_picked_before_empty_ones)
{
	slab_layout const layout = uma_slab_layout(1024, 7, 0);
	slab_with_memory a{layout}, b{layout};
	uma_shelf shelf;
	shelf.add(a.slab());
	(void)shelf.take(a.slab());
	shelf.add(b.slab());
	EXPECT_EQ(shelf.pick(), &a.slab());
	EXPECT_EQ(shelf.empty_slabs(), 1u);
	EXPECT_EQ(shelf.release(0), &b.slab());
	EXPECT_EQ(shelf.release(0), nullptr);
	EXPECT_EQ(shelf.slabs(), 1u);
	EXPECT_TRUE(shelf.put(a.slab(), 0, false));
	EXPECT_EQ(shelf.release(1), nullptr);
	EXPECT_EQ(shelf.release(0), &a.slab());
}

// 50,000 steps over four slabs, seed 2002: what is handed out is never handed out again, counts
// agree, and a full shelf says so.
TEST(uma_shelf, random_traffic_keeps_the_books)
{
	slab_layout const layout = uma_slab_layout(300, 7, 0);
	std::vector<std::unique_ptr<slab_with_memory>> slabs;
	uma_shelf shelf;
	for (int i = 0; i < 4; i++) {
		slabs.push_back(std::make_unique<slab_with_memory>(layout));
		shelf.add(slabs.back()->slab());
	}
	std::mt19937 random{2002};
	std::vector<std::pair<uma_slab *, uint32_t>> out;
	for (int step = 0; step < 50'000; step++) {
		uma_slab *slab = shelf.pick();
		bool const full = out.size() == 4 * layout.items;
		ASSERT_EQ(slab == nullptr, full);
		if (!full && random() % 9 < 5) {
			std::pair const item{slab, shelf.take(*slab)};
			ASSERT_EQ(std::count(out.begin(), out.end(), item), 0);
			out.push_back(item);
		} else if (!out.empty()) {
			std::swap(out[random() % out.size()], out.back());
			ASSERT_TRUE(shelf.put(*out.back().first, out.back().second, true));
			out.pop_back();
		}
	}
}

}
