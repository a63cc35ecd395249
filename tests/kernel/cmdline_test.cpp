// SPDX-License-Identifier: BSD-2-Clause
// Self tests of tunables: what command-line words do to sysctls.
// Written for Kestrel.
#include <kern/cmdline.hpp>
#include <kern/selftest.hpp>
#include <kern/sysctl.hpp>

#include <string.h>

static constinit int number{5};
static constinit int fixed{5};
static constinit char text[8]{"old"};
static constinit uint64_t wide{};
SYSCTL_INT(test_number, "debug.test.number", "For tests", number, sysctl_access::rwtun, -10, 1000);
SYSCTL_INT(test_fixed, "debug.test.fixed", "For tests", fixed, sysctl_access::rw, 0, 10);
SYSCTL_STRING(test_text, "debug.test.text", "For tests", text, sysctl_access::rwtun);
static constinit sysctl_oid const sysctl_test_wide{"debug.test.wide", "For tests",
    sysctl_type::u64, sysctl_access::tun, &wide, sizeof(wide), 0, 0, nullptr};
SET_ENTRY(sysctl, sysctl_test_wide);

SELFTEST(tunable_takes_decimal_hexadecimal_and_octal)
{
	EXPECT(sysctl_set_tunable("debug.test.number", "17"));
	EXPECT_EQ(17, number);
	EXPECT(sysctl_set_tunable("debug.test.number", "0x1f"));
	EXPECT_EQ(31, number);
	EXPECT(sysctl_set_tunable("debug.test.number", "010"));
	EXPECT_EQ(8, number);
	EXPECT(sysctl_set_tunable("debug.test.number", "-3"));
	EXPECT_EQ(-3, number);
}

SELFTEST(tunable_refuses_what_is_no_number_or_out_of_range)
{
	static constinit char const *const wrong[] = {"", "-", "0x", "12monkeys", "08", "1001",
	    "-11", "0x100000000", "99999999999999999999"};

	number = 5;
	for (char const *value : wrong)
		EXPECT(!sysctl_set_tunable("debug.test.number", value));
	EXPECT_EQ(5, number);
}

SELFTEST(tunable_of_64_bits_takes_them_all)
{
	EXPECT(sysctl_set_tunable("debug.test.wide", "0x123456789abcdef0"));
	EXPECT(wide == 0x123456789abcdef0);
}

SELFTEST(tunable_text_fits_or_is_refused)
{
	EXPECT(sysctl_set_tunable("debug.test.text", "seven77"));
	EXPECT(strcmp(text, "seven77") == 0);
	EXPECT(!sysctl_set_tunable("debug.test.text", "eight888"));
	EXPECT(strcmp(text, "seven77") == 0);
	EXPECT(sysctl_set_tunable("debug.test.text", ""));
	EXPECT(strcmp(text, "") == 0);
}

SELFTEST(sysctl_that_is_no_tunable_is_not_set_from_the_command_line)
{
	EXPECT(!sysctl_set_tunable("debug.test.fixed", "6"));
	EXPECT(!sysctl_set_tunable("debug.test.nothing", "6"));
	EXPECT_EQ(5, fixed);
}

SELFTEST(the_test_run_itself_came_from_the_command_line)
{
	EXPECT(cmdline_get("selftest") != nullptr);
	EXPECT(cmdline_get("selftes") == nullptr);
}
