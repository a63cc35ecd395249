// SPDX-License-Identifier: BSD-2-Clause
// The kernel's command line: words, overriding, and texts that no loader should send.
// Written for Kestrel.
#include <kern/cmdline.hpp>
#include <kern/config.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(cmdline, a_word_has_a_name_and_a_value)
{
	cmdline_init("/boot/kernel kern.hz=200 debugexit init=/bin/sh");
	EXPECT_STREQ(cmdline_get("kern.hz"), "200");
	EXPECT_STREQ(cmdline_get("init"), "/bin/sh");
	EXPECT_STREQ(cmdline_get("debugexit"), "");
	EXPECT_EQ(cmdline_get("kern"), nullptr);
	EXPECT_EQ(cmdline_get("hz"), nullptr);
}

TEST(cmdline, the_last_of_two_words_counts)
{
	cmdline_init("a=1 b=2 a=3");
	EXPECT_STREQ(cmdline_get("a"), "3");
}

TEST(cmdline, only_the_first_equals_sign_separates)
{
	cmdline_init("filter=name=value");
	EXPECT_STREQ(cmdline_get("filter"), "name=value");
}

TEST(cmdline, any_blanks_separate_words)
{
	cmdline_init("  a=1\t b=2 \r\n");
	char const *name = nullptr;
	char const *value = nullptr;
	ASSERT_TRUE(cmdline_word(1, &name, &value));
	EXPECT_STREQ(name, "b");
	EXPECT_STREQ(value, "2");
	EXPECT_FALSE(cmdline_word(2, &name, &value));
}

TEST(cmdline, a_bare_word_has_no_value)
{
	cmdline_init("kernel x=");
	char const *name = nullptr;
	char const *value = "";
	ASSERT_TRUE(cmdline_word(0, &name, &value));
	EXPECT_EQ(value, nullptr);
	ASSERT_TRUE(cmdline_word(1, &name, &value));
	EXPECT_STREQ(value, "");
}

TEST(cmdline, a_flag_is_a_bare_word_or_a_yes)
{
	cmdline_init("a b=1 c=yes d=true e=on f=0 g=no h=2");
	for (char const *yes : {"a", "b", "c", "d", "e"})
		EXPECT_TRUE(cmdline_flag(yes)) << yes;
	for (char const *no : {"f", "g", "h", "i"})
		EXPECT_FALSE(cmdline_flag(no)) << no;
}

TEST(cmdline, no_text_is_no_words)
{
	char const *name = nullptr;
	char const *value = nullptr;
	cmdline_init(nullptr);
	EXPECT_FALSE(cmdline_word(0, &name, &value));
	cmdline_init("");
	EXPECT_FALSE(cmdline_word(0, &name, &value));
	EXPECT_EQ(cmdline_get(""), nullptr);
}

TEST(cmdline, a_text_that_is_too_long_is_cut)
{
	std::string const text = "a=" + std::string(3 * config::cmdline_max, 'x');
	cmdline_init(text.c_str());
	EXPECT_EQ(std::string{cmdline_get("a")}.size(), config::cmdline_max - 1 - 2);
}

TEST(cmdline, as_many_words_as_fit_are_kept)
{
	std::string text;
	while (text.size() < 2 * config::cmdline_max)
		text += "w ";
	cmdline_init(text.c_str());
	char const *name = nullptr;
	char const *value = nullptr;
	size_t count = 0;
	while (cmdline_word(count, &name, &value))
		count++;
	EXPECT_EQ(count, config::cmdline_max / 2);
}

}
