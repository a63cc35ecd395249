// SPDX-License-Identifier: BSD-2-Clause
// Values-or-errors and TRY; rounding to powers of two.
// Written for Kestrel.
#include <support/bits.hpp>
#include <support/result.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace {

enum class trouble : int { none = 0, small = 1, large = 2 };

template <class One>
using maybe = outcome<One, trouble>;

maybe<int> half(int value)
{
	if (value % 2 != 0)
		return unexpected<trouble>{trouble::small};
	return value / 2;
}

trouble check(int value)
{
	return value > 100 ? trouble::large : trouble::none;
}

maybe<int> quarter(int value)
{
	TRY(check(value));
	int const once = TRY(half(value));
	return TRY(half(once));
}

trouble quarter_exists(int value)
{
	(void)TRY(quarter(value));
	return trouble::none;
}

TEST(result, a_value_is_not_an_error)
{
	auto answer = half(8);
	ASSERT_TRUE(answer.has_value());
	EXPECT_EQ(*answer, 4);
	EXPECT_EQ(answer.error(), trouble::none);
}

TEST(result, an_error_has_no_value)
{
	auto answer = half(7);
	EXPECT_FALSE(answer);
	EXPECT_EQ(answer.error(), trouble::small);
}

TEST(result, try_yields_the_value)
{
	EXPECT_EQ(*quarter(12), 3);
	EXPECT_EQ(quarter_exists(12), trouble::none);
}

TEST(result, try_passes_on_the_first_error)
{
	EXPECT_EQ(quarter(6).error(), trouble::small);
	EXPECT_EQ(quarter(200).error(), trouble::large);
	EXPECT_EQ(quarter_exists(6), trouble::small);
}

maybe<std::unique_ptr<int>> owned(int value)
{
	return std::make_unique<int>(value);
}

maybe<int> content(int value)
{
	std::unique_ptr<int> const owner = TRY(owned(value));
	return *owner;
}

TEST(result, a_value_that_only_moves_goes_through_try)
{
	EXPECT_EQ(*content(5), 5);
}

TEST(bits, rounding_finds_the_nearest_multiple)
{
	EXPECT_EQ(round_up(0u, 16u), 0u);
	EXPECT_EQ(round_up(1u, 16u), 16u);
	EXPECT_EQ(round_up(16u, 16u), 16u);
	EXPECT_EQ(round_down(31u, 16u), 16u);
	EXPECT_EQ(round_down(15u, 16u), 0u);
	static_assert(round_up<uint8_t>(200, 64) == 0, "wraps as documented");
}

TEST(bits, powers_of_two_have_one_bit)
{
	EXPECT_FALSE(is_power_of_two(0u));
	for (uint32_t bit = 1; bit != 0; bit <<= 1) {
		EXPECT_TRUE(is_power_of_two(bit));
		EXPECT_FALSE(bit > 1 && is_power_of_two(bit + 1));
	}
}

}
