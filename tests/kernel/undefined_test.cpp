// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the checks for undefined behaviour: one for each kind, and for what it says.
// Written for Kestrel. The compiler does not see the values: they come out of volatile words.
#include <kern/selftest.hpp>

#include <cstdint>
#include <limits.h>

// What clang calls its own extension is checked here as well.
#ifdef __clang__
#pragma clang diagnostic ignored "-Wvla-cxx-extension"
#endif

namespace {

constinit int volatile zero{0};
constinit int volatile one{1};
constinit int volatile most{INT_MAX};
constinit int volatile least{INT_MIN};
constinit int volatile result{};
constinit char bytes[16]{};
constinit int *volatile no_int{};
// An int that begins at an odd address.
constinit char *volatile odd{bytes + 1};


struct pair final {
	int left;
	int right;
};
constinit pair *volatile no_pair{};

[[gnu::noinline]] int fall_off(int value)
{
	if (value == 0)
		return 1;
	__builtin_unreachable();
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
[[gnu::noinline]] int forget_result(int value)
{
	if (value == 0)
		return 1;
}
#pragma GCC diagnostic pop

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
void read_too_far(void *)
{
	alignas(pair) char few[4];
	char volatile *const at = few;

	*at = 1;
	result = reinterpret_cast<pair volatile *>(few)->right;
}
#pragma GCC diagnostic pop

[[gnu::noinline, gnu::nonnull(1)]] void take_something(int *) { result = 1; }

[[gnu::noinline, gnu::returns_nonnull]] int *give_something() { return no_int; }

[[gnu::noinline]] int element(int index)
{
	int volatile const four[4] = {1, 2, 3, 4};
	return four[index];
}

}

SELFTEST(undefined_overflow_of_a_sum_a_difference_a_product)
{
	EXPECT(selftest_panics([](void *) { result = most + one; }, nullptr,
	    "undefined behaviour: 2147483647 + 1 is no 'int' [tests/kernel/undefined_test.cpp:"));
	EXPECT(selftest_panics([](void *) { result = least - one; }, nullptr,
	    "-2147483648 - 1 is no 'int'"));
	EXPECT(selftest_panics([](void *) { result = most * most; }, nullptr,
	    "2147483647 * 2147483647 is no 'int'"));
	EXPECT(selftest_panics([](void *) { result = -least; }, nullptr,
	    "negative of -2147483648 is no 'int'"));
}

SELFTEST(undefined_overflow_of_wide_values)
{
	EXPECT(selftest_panics([](void *) {
		int64_t volatile wide = INT64_MIN;
		wide = wide - one;
	}, nullptr, "-9223372036854775808 - 1 is no 'long long int'"));
}

SELFTEST(undefined_division_by_zero)
{
	EXPECT(selftest_panics([](void *) { result = one / zero; }, nullptr, "1 / 0 is no 'int'"));
	EXPECT(selftest_panics([](void *) { result = least / (zero - 1); }, nullptr,
	    "-2147483648 / -1 is no 'int'"));
}

SELFTEST(undefined_shift_by_the_width)
{
	EXPECT(selftest_panics([](void *) { result = one << (one + 31); }, nullptr,
	    "shift of 1, 'int', by 32"));
	EXPECT(selftest_panics([](void *) { result = one >> (zero - 1); }, nullptr,
	    "shift of 1, 'int', by -1"));
}

SELFTEST(undefined_element_outside_of_an_array)
{
	EXPECT(selftest_panics([](void *) { result = element(zero + 4); }, nullptr,
	    "element 4 of 'int [4]'"));
	EXPECT_EQ(4, element(one + 2));
}

SELFTEST(undefined_access_through_a_null_pointer)
{
	EXPECT(selftest_panics([](void *) { result = *no_int; }, nullptr,
	    "load of 'int' at a null pointer"));
	EXPECT(selftest_panics([](void *) { no_pair->right = 1; }, nullptr,
	    "member access in 'struct pair' at a null pointer"));
}

SELFTEST(undefined_access_to_an_odd_address)
{
	EXPECT(selftest_panics([](void *) { *reinterpret_cast<int *>(odd) = 1; }, nullptr,
	    "store to 'int' at 0x"));
	EXPECT(selftest_panics([](void *) { result = *reinterpret_cast<int *>(odd); }, nullptr,
	    "which is not aligned to 4"));
}

SELFTEST(undefined_access_behind_the_end_of_an_object)
{
	EXPECT(selftest_panics(read_too_far, nullptr, "where there is no room for one"));
}

SELFTEST(undefined_way_past_the_end_of_a_function)
{
	EXPECT(selftest_panics([](void *) { result = fall_off(one); }, nullptr,
	    "a place that cannot be reached was"));
	EXPECT(selftest_panics([](void *) { result = forget_result(one); }, nullptr,
	    "a function that has a result ended without one"));
}

SELFTEST(undefined_array_of_no_elements)
{
	EXPECT(selftest_panics([](void *) {
		int volatile some[zero - 1];
		some[0] = 1;
		result = some[0];
	}, nullptr, "an array of -1 elements"));
}

SELFTEST(undefined_value_of_a_truth)
{
	EXPECT(selftest_panics([](void *) {
		char byte = 2;
		asm volatile("" : "+m"(byte));
		result = *reinterpret_cast<bool *>(&byte);
	}, nullptr, "2 is no value of 'bool'"));
}

SELFTEST(undefined_null_where_none_may_be)
{
	EXPECT(selftest_panics([](void *) { take_something(no_int); }, nullptr,
	    "a null pointer as argument 1"));
	EXPECT(selftest_panics([](void *) { result = *give_something(); }, nullptr,
	    "a null pointer as a result that is never one"));
}

SELFTEST(undefined_pointer_arithmetic_round_the_end)
{
	EXPECT(selftest_panics([](void *) {
		char *volatile far = odd + static_cast<unsigned>(most);
		result = far != nullptr;
	}, nullptr, "pointer arithmetic from "));
}

SELFTEST(undefined_first_bit_of_zero)
{
	EXPECT(selftest_panics([](void *) {
		result = __builtin_ctz(static_cast<unsigned>(zero));
	}, nullptr, "zero has no first or last bit"));
}
