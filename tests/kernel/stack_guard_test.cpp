// SPDX-License-Identifier: BSD-2-Clause
// Self tests of stack frames' guards: a function that writes past its array does not return.
// Written for Kestrel.
#include <kern/selftest.hpp>

#include <cstddef>
#include <cstdint>

namespace {

constinit char *volatile filled{};

// fill: through a pointer, so that the compiler does not know where it ends.
[[gnu::noinline]] void fill(char volatile *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = 'x';
}

[[gnu::noinline]] void frame_of_sixteen(size_t bytes)
{
	char buffer[16];

	filled = buffer;
	fill(filled, bytes);
}

}

SELFTEST(stack_guard_is_nothing_that_text_could_be)
{
	extern uintptr_t stack_guard asm("__stack_chk_guard");

	EXPECT(stack_guard != 0);
	EXPECT_EQ(0, stack_guard & 0xff);
}

SELFTEST(stack_guard_stands_behind_the_array)
{
	frame_of_sixteen(16);
	EXPECT(selftest_panics([](void *) { frame_of_sixteen(17); }, nullptr,
	    "stack frame of frame_of_sixteen overrun"));
}
