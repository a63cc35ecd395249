// SPDX-License-Identifier: BSD-2-Clause
// Self tests of printing as the kernel has it; the formatter itself is tested on the host.
// Written for Kestrel.
#include <kern/kassert.hpp>
#include <kern/malloc.hpp>
#include <kern/selftest.hpp>
#include <kern/sysctl.hpp>

#include <string.h>

SELFTEST(snprintf_cuts_what_does_not_fit_and_tells_the_whole_length)
{
	char text[8];

	memset(text, 'x', sizeof(text));
	EXPECT_EQ(12, snprintf(text, 6, "%s", "twelve bytes"));
	EXPECT(strcmp(text, "twelv") == 0);
	EXPECT_EQ('x', text[6]);
}

SELFTEST(snprintf_into_nothing_writes_nothing)
{
	char text = 'x';

	EXPECT_EQ(3, snprintf(&text, 0, "%d", 123));
	EXPECT_EQ('x', text);
}

SELFTEST(snprintf_prints_the_kernel_s_widths)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%llu %lld %zu %#x %p", 18446744073709551615ull,
	    -9223372036854775807ll - 1, size_t{7}, 0xbeefu, static_cast<void *>(nullptr));
	EXPECT(strcmp(text, "18446744073709551615 -9223372036854775808 7 0xbeef 0x0") == 0);
}

SELFTEST(msgbuf_ends_with_what_was_printed_last)
{
	constexpr size_t size = 32768;
	auto *const text = static_cast<char *>(kmalloc(size, M_WAITOK));
	size_t length = size;

	printf("# msgbuf-test %d\n", 12);
	printf("# msgbuf-test %d\n", 34);
	EXPECT(sysctl_kernel(*sysctl_find("kern.msgbuf"), text, &length, nullptr, 0) == OK);
	static constinit char const last[] = "# msgbuf-test 12\n# msgbuf-test 34\n";
	EXPECT(length > sizeof(last));
	EXPECT(memcmp(text + length - sizeof(last), last, sizeof(last)) == 0);
	kfree(text);
}
