// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's line editor and expressions, without a kernel.
// Written for Kestrel.
#include <kern/ddb_expr.hpp>
#include <kern/ddb_line.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

// screen: what a terminal of one long line shows of text, backspaces and blanks.
std::string shown;
size_t cursor;

void put(char c)
{
	if (c == '\b') {
		ASSERT_NE(cursor, 0u) << "left of the line's start";
		cursor--;
	} else if (c >= ' ') {
		shown.resize(std::max(shown.size(), cursor + 1), ' ');
		shown[cursor++] = c;
	}
}

void start(ddb_line &line)
{
	line.begin();
	shown.clear();
	cursor = 0;
}

std::string trimmed()
{
	return shown.substr(0, shown.find_last_not_of(' ') + 1);
}

// typed: the line that these keys make; the screen must show the same.
std::string typed(ddb_line &line, std::string const &keys)
{
	start(line);
	for (char const c : keys)
		(void)line.feed(static_cast<unsigned char>(c), put);
	std::string text = line.text();
	EXPECT_EQ(text.substr(0, text.find_last_not_of(' ') + 1), trimmed());
	return text;
}

constexpr uint32_t known_at = 0xc0123456;

bool symbol(char const *name, size_t length, uint32_t *value, char const **why)
{
	std::string const text(name, length);
	*value = known_at;
	if (text == "twice")
		*why = "several";
	return text == "known" || text == "a::b" || text == "beef";
}

bool variable(char const *name, size_t length, uint32_t *value)
{
	std::string const text(name, length);
	*value = text == "dot" ? 0x1000 : 0x55;
	return text == "dot" || text == "eax";
}

bool load(uint32_t at, uint32_t *value)
{
	*value = at + 1;
	return at != 0;
}

constexpr ddb_scope scope{symbol, variable, load};

std::string result(char const *text)
{
	ddb_parser p{text, scope};
	uint32_t value;
	if (!p.expression(&value))
		return p.error();
	return p.done() ? std::to_string(value) : "left: " + std::string(p.rest());
}

}

TEST(ddb_line, edits_in_the_middle)
{
	ddb_line line;
	EXPECT_EQ(typed(line, "bc\x01""a\x05""d"), "abcd");
	EXPECT_EQ(typed(line, "abxcd\x02\x02\x08"), "abcd");
	EXPECT_EQ(typed(line, "abcd\x01\x06\x04"), "acd");
	EXPECT_EQ(typed(line, "one two\x17three"), "one three");
	EXPECT_EQ(typed(line, "abcd\x02\x02\x0b"), "ab");
	EXPECT_EQ(typed(line, "abcd\x15x"), "x");
	EXPECT_EQ(typed(line, "ac\x1b[Db\x1b[H0\x1b[F9\x1b[D\x1b[3~"), "0abc");
}

TEST(ddb_line, remembers_lines)
{
	ddb_line line;
	typed(line, "first\r");
	typed(line, "second\r");
	typed(line, "second\r");
	EXPECT_EQ(typed(line, "\x10"), "second");
	EXPECT_EQ(typed(line, "\x10\x10"), "first");
	EXPECT_EQ(typed(line, "\x1b[A\x1b[A\x1b[B"), "second");
	EXPECT_EQ(typed(line, "\x10\x0e"), "");
	EXPECT_EQ(typed(line, "\x10\x10\x10\x10"), "first");
	for (size_t i = 0; i < 2 * ddb_line::remembered; i++)
		typed(line, std::to_string(i) + "\r");
	EXPECT_EQ(typed(line, std::string(ddb_line::remembered + 3, '\x10')),
	    std::to_string(ddb_line::remembered));
}

TEST(ddb_line, keeps_its_bounds_and_the_screen_whatever_is_typed)
{
	std::mt19937 dice{20021031};
	ddb_line line;
	start(line);
	for (int i = 0; i < 200000; i++) {
		bool const key = dice() % 3 == 0;
		int const c = static_cast<int>(key ? dice() % 32 : dice() % 256);
		if (line.feed(c, put) != ddb_line::event::none)
			start(line);
		ASSERT_LT(std::string(line.text()).size(), ddb_line::size);
		std::string const text = line.text();
		ASSERT_EQ(text.substr(0, text.find_last_not_of(' ') + 1), trimmed());
	}
}

TEST(ddb_expr, knows_numbers_names_and_operators)
{
	EXPECT_EQ(result("12"), "12");
	EXPECT_EQ(result("0x12"), "18");
	EXPECT_EQ(result("c0"), "192");
	EXPECT_EQ(result("0c0"), "192");
	EXPECT_EQ(result("beef"), std::to_string(known_at));
	EXPECT_EQ(result("a::b - known"), "0");
	EXPECT_EQ(result("1 + 2 * 3 - 4 / 2"), "5");
	EXPECT_EQ(result("(1+2)*3"), "9");
	EXPECT_EQ(result("10 - 3 - 2"), "5");
	EXPECT_EQ(result("1 << 4 | 0xf0 & 0x3c ^ 1"), "49");
	EXPECT_EQ(result("7 % 4"), "3");
	EXPECT_EQ(result("1 << 40"), "0");
	EXPECT_EQ(result("-1"), "4294967295");
	EXPECT_EQ(result("~0 >> 28"), "15");
	EXPECT_EQ(result("*8 + 1"), "10");
	EXPECT_EQ(result("$eax + ."), std::to_string(0x1055));
	EXPECT_EQ(result("1 2"), "left: 2");
}

TEST(ddb_expr, says_what_is_wrong)
{
	EXPECT_EQ(result(""), "an expression is missing");
	EXPECT_EQ(result("1 +"), "an expression is missing");
	EXPECT_EQ(result("#"), "this is no expression");
	EXPECT_EQ(result("twice"), "several");
	EXPECT_EQ(result("nosuch"), "no such symbol");
	EXPECT_EQ(result("4294967296"), "no number of 32 bits");
	EXPECT_EQ(result("0x"), "no number of 32 bits");
	EXPECT_EQ(result("12xyz"), "no number of 32 bits");
	EXPECT_EQ(result("$none"), "no such register");
	EXPECT_EQ(result("*0"), "no memory there");
	EXPECT_EQ(result("1 / 0"), "division by zero");
	EXPECT_EQ(result("1 % (2 - 2)"), "division by zero");
	EXPECT_EQ(result("(1"), "a ) is missing");
	EXPECT_EQ(result("((((((((1))))))))"), "too deep");
	EXPECT_EQ(result("--------1"), "too deep");
}

TEST(ddb_expr, ends_whatever_is_typed)
{
	constexpr char letters[] = "0x1af zk_:$.()*/%+-<>&^|~,";
	std::mt19937 dice{20021031};
	for (int i = 0; i < 100000; i++) {
		std::string text;
		for (size_t n = dice() % 40; n != 0; n--)
			text += letters[dice() % (sizeof letters - 1)];
		ddb_parser p{text.c_str(), scope};
		uint32_t value;
		bool const good = p.expression(&value);
		ASSERT_TRUE(good || p.error() != nullptr) << text;
	}
}
