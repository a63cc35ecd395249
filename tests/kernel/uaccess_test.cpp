// SPDX-License-Identifier: BSD-2-Clause
// Reads and writes of user memory refuse or survive every bad address.
// Written for Kestrel.
#include <kern/selftest.hpp>
#include <kern/uaccess.hpp>
#include <vm/vm.hpp>

// The tests run in a kernel process, which has no user memory: every user address is unmapped, and
// so goes through the page-fault path to the resume labels of support.S.
namespace {

constexpr uaddr unmapped{0x08048000};
constexpr uaddr last_word{to_word(vm_layout::user_max) - sizeof(uint32_t)};

}

SELFTEST(copyin_of_unmapped_memory_is_efault)
{
	char bytes[16];
	EXPECT(copyin(unmapped, bytes, sizeof bytes) == EFAULT);
	EXPECT(copyin(uaddr{}, bytes, sizeof bytes) == EFAULT);
}

SELFTEST(copyout_to_unmapped_memory_is_efault)
{
	char const bytes[16] = {};
	EXPECT(copyout(bytes, unmapped, sizeof bytes) == EFAULT);
	EXPECT(copyout(bytes, uaddr{}, 1) == EFAULT);
}

SELFTEST(copies_refuse_kernel_addresses)
{
	char bytes[16] = {};
	auto const kernel = uaddr{to_word(to_vaddr(bytes))};
	EXPECT(copyin(kernel, bytes, sizeof bytes) == EFAULT);
	EXPECT(copyout(bytes, kernel, sizeof bytes) == EFAULT);
	EXPECT(!fetch_word(kernel));
	EXPECT(store_word(kernel, 1) == EFAULT);
	EXPECT(!cas_word(kernel, 0, 1));
	EXPECT_EQ(0, bytes[0]);
}

SELFTEST(copies_refuse_ranges_that_leave_user_space)
{
	char bytes[16] = {};
	EXPECT(copyin(user_at(last_word, 2), bytes, sizeof(uint32_t)) == EFAULT);
	EXPECT(copyin(unmapped, bytes, SIZE_MAX) == EFAULT);
	EXPECT(copyout(bytes, unmapped, SIZE_MAX - to_word(unmapped) + 1) == EFAULT);
	EXPECT(!fetch_word(user_at(last_word, 1)));
	EXPECT(store_word(user_at(last_word, 3), 1) == EFAULT);
}

SELFTEST(copies_of_no_bytes_touch_nothing)
{
	EXPECT(copyin(unmapped, nullptr, 0) == OK);
	EXPECT(copyout(nullptr, unmapped, 0) == OK);
}

SELFTEST(copyinstr_of_unmapped_memory_is_efault)
{
	char text[16];
	size_t done = 1;
	EXPECT(copyinstr(unmapped, text, sizeof text, &done) == EFAULT);
	EXPECT_EQ(0, done);
	EXPECT(copyinstr(uaddr{UINT32_MAX}, text, sizeof text, &done) == EFAULT);
}

SELFTEST(word_accesses_to_unmapped_memory_are_efault)
{
	EXPECT(!fetch_word(unmapped));
	EXPECT(!fetch_word(uaddr{}));
	EXPECT(store_word(unmapped, 1) == EFAULT);
	EXPECT(!cas_word(unmapped, 0, 1));
}
