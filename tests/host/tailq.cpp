// SPDX-License-Identifier: BSD-2-Clause
// The intrusive list: order, layout, and its complaints about misuse.
// Written for Kestrel.
#include "lib/misuse.hpp"

#include <support/tailq.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <vector>

namespace {

struct item final {
	int value{};
	tailq_link<item> link{};
	tailq_link<item> other_link{};
};

using item_list = tailq<item, &item::link>;

std::vector<int> values(item_list const &list)
{
	std::vector<int> seen;
	for (item const &i : list)
		seen.push_back(i.value);
	return seen;
}

std::vector<int> values_backwards(item_list const &list)
{
	std::vector<int> seen;
	for (item *i = list.last(); i != nullptr; i = list.prev(*i))
		seen.push_back(i->value);
	return seen;
}

using ints = std::vector<int>;

TEST(tailq, a_new_list_is_empty)
{
	item_list list;
	EXPECT_TRUE(list.empty());
	EXPECT_EQ(list.first(), nullptr);
	EXPECT_EQ(list.last(), nullptr);
	EXPECT_EQ(list.remove_head(), nullptr);
	EXPECT_EQ(list.count(), 0);
}

TEST(tailq, elements_keep_the_order_of_insertion)
{
	item_list list;
	item a{.value = 1}, b{.value = 2}, c{.value = 3}, d{.value = 4};
	list.insert_tail(b);
	list.insert_head(a);
	list.insert_after(b, d);
	list.insert_before(d, c);
	EXPECT_EQ(values(list), (ints{1, 2, 3, 4}));
	EXPECT_EQ(values_backwards(list), (ints{4, 3, 2, 1}));
	EXPECT_EQ(list.last(), &d);
	EXPECT_EQ(item_list::next(c), &d);
	EXPECT_EQ(list.prev(a), nullptr);
}

TEST(tailq, removal_unlinks_and_leaves_the_rest_in_order)
{
	item_list list;
	item a{.value = 1}, b{.value = 2}, c{.value = 3};
	for (item *i : {&a, &b, &c})
		list.insert_tail(*i);
	list.remove(b);
	EXPECT_FALSE(b.link.linked());
	EXPECT_EQ(values(list), (ints{1, 3}));
	list.remove(c);
	EXPECT_EQ(list.last(), &a);
	EXPECT_EQ(list.remove_head(), &a);
	EXPECT_TRUE(list.empty());
	list.insert_tail(b);
	EXPECT_EQ(values(list), (ints{2}));
}

TEST(tailq, two_links_put_one_element_on_two_lists)
{
	item_list list;
	tailq<item, &item::other_link> other;
	item a{.value = 1};
	list.insert_tail(a);
	other.insert_tail(a);
	list.remove(a);
	EXPECT_TRUE(other.contains(a));
	EXPECT_FALSE(list.contains(a));
	other.remove(a);
}

TEST(tailq, inserting_a_linked_element_is_reported)
{
	item_list list, second;
	item a{};
	list.insert_tail(a);
	EXPECT_THROW(list.insert_tail(a), list_misuse);
	EXPECT_THROW(second.insert_head(a), list_misuse);
	EXPECT_EQ(list.count(), 1);
}

TEST(tailq, removing_a_stranger_is_reported)
{
	item_list list, second;
	item a{}, b{};
	EXPECT_THROW(list.remove(a), list_misuse);
	second.insert_tail(b);
	EXPECT_THROW(list.remove(b), list_misuse);
	EXPECT_TRUE(second.contains(b));
}

// Lists live in memory that was zeroed, not constructed.
TEST(tailq, zeroed_storage_is_an_empty_list)
{
	alignas(item_list) unsigned char storage[sizeof(item_list)]{};
	auto &list = *reinterpret_cast<item_list *>(storage);
	item a{.value = 7}, b{.value = 8};
	EXPECT_TRUE(list.empty());
	list.insert_tail(a);
	list.insert_tail(b);
	EXPECT_EQ(values(list), (ints{7, 8}));
	list.remove(b);
	list.remove(a);
}

// 20,000 operations, seed 2002, against std::list.
TEST(tailq, agrees_with_a_plain_list_under_random_operations)
{
	std::mt19937 random{2002};
	std::vector<item> items(32);
	std::list<int> model;
	item_list list;
	for (int i = 0; i < 32; i++)
		items[static_cast<size_t>(i)].value = i;
	for (int step = 0; step < 20'000; step++) {
		item &chosen = items[random() % items.size()];
		if (chosen.link.linked()) {
			list.remove(chosen);
			model.remove(chosen.value);
		} else if (random() % 3 == 0) {
			list.insert_head(chosen);
			model.push_front(chosen.value);
		} else if (random() % 2 == 0 || model.empty()) {
			list.insert_tail(chosen);
			model.push_back(chosen.value);
		} else {
			item &at = items[static_cast<size_t>(model.front())];
			list.insert_after(at, chosen);
			model.insert(std::next(model.begin()), chosen.value);
		}
		ASSERT_EQ(values(list), (ints{model.begin(), model.end()}));
		ASSERT_EQ(values_backwards(list), (ints{model.rbegin(), model.rend()}));
	}
}

}
