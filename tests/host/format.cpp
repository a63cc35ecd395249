// SPDX-License-Identifier: BSD-2-Clause
// The kernel's formatter against the host's snprintf.
// Written for Kestrel.
#include <kern/format.hpp>

#include <gtest/gtest.h>

#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

namespace {

void append(void *text, char c)
{
	static_cast<std::string *>(text)->push_back(c);
}

[[gnu::format(printf, 1, 2)]] std::string ours(char const *text, ...)
{
	std::string output;
	va_list args;
	va_start(args, text);
	int const length = format({append, &output}, text, args);
	va_end(args);
	EXPECT_EQ(static_cast<size_t>(length), output.size());
	return output;
}

template <class... Args>
std::string theirs(char const *text, Args... args)
{
	char buffer[512];
	std::snprintf(buffer, sizeof(buffer), text, args...);
	return buffer;
}

#define EXPECT_SAME(...) EXPECT_EQ(ours(__VA_ARGS__), theirs(__VA_ARGS__))

TEST(format, plain_text_is_itself)
{
	EXPECT_EQ(ours("nothing to convert"), "nothing to convert");
	EXPECT_EQ(ours("100%%"), "100%");
	EXPECT_EQ(ours("%s", ""), "");
}

TEST(format, integers_agree_with_c)
{
	for (int value : {0, 1, -1, 42, -42, INT_MAX, INT_MIN}) {
		auto const bare = static_cast<unsigned>(value);
		EXPECT_SAME("%d %i %5d|%-5d", value, value, value, value);
		EXPECT_SAME("%05d|%+d|% d", value, value, value);
		EXPECT_SAME("%u %x %X %o", bare, bare, bare, bare);
		EXPECT_SAME("%#x %#o %08x %.6x", bare, bare, bare, bare);
	}
}

TEST(format, lengths_agree_with_c)
{
	EXPECT_SAME("%hhd %hd %ld %lld", static_cast<signed char>(-1), static_cast<short>(-2), -3L,
	    -4LL);
	EXPECT_SAME("%hhu %hu %lu %llu %zu", static_cast<unsigned char>(255),
	    static_cast<unsigned short>(65535), ULONG_MAX, ULLONG_MAX, sizeof(int));
	EXPECT_SAME("%lld %llx", LLONG_MIN, 0x123456789abcdefULL);
	EXPECT_SAME("%jd", static_cast<intmax_t>(INTMAX_MIN));
}

TEST(format, strings_obey_width_and_precision)
{
	EXPECT_SAME("[%8s][%-8s][%.3s][%8.3s][%.0s]", "kestrel", "kestrel", "kestrel", "kestrel",
	    "kestrel");
	EXPECT_SAME("[%*s][%-*s][%.*s]", 8, "ab", 8, "cd", 1, "ef");
	EXPECT_SAME("[%*d]", -6, 12);
	EXPECT_SAME("%c%c", 'o', 'k');
}

TEST(format, a_null_string_is_named)
{
	char const *volatile nothing = nullptr;
	EXPECT_EQ(ours("%s", nothing), "(null)");
}

TEST(format, an_unknown_conversion_takes_no_argument)
{
	char const *volatile odd = "%y %d";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	EXPECT_EQ(ours(odd, 5), "%y 5");
	char const *volatile cut = "end %";
	EXPECT_EQ(ours(cut), "end %");
#pragma GCC diagnostic pop
}

// 20,000 random conversions, seed 2002.
TEST(format, random_flags_agree_with_c)
{
	std::mt19937 random{2002};
	for (int round = 0; round < 20'000; round++) {
		std::string conversion = "%";
		for (char flag : {'-', '0', '+', ' '})
			if (random() % 4 == 0)
				conversion += flag;
		if (random() % 2 == 0)
			conversion += std::to_string(random() % 12 + 1);
		if (random() % 3 == 0)
			conversion += "." + std::to_string(random() % 12);
		conversion += "ll";
		conversion += "diuxXo"[random() % 6];
		auto const value = static_cast<long long>(random()) << (random() % 32)
		    >> (random() % 32);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		ASSERT_EQ(ours(conversion.c_str(), value), theirs(conversion.c_str(), value))
		    << conversion << " of " << value;
#pragma GCC diagnostic pop
	}
}

}
