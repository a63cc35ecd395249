// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's command lines: words, and expressions with symbols and registers.
// Written for Kestrel.
#include <kern/ddb_expr.hpp>

#include <support/digits.hpp>

namespace {

bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// name_length: letters, digits and pairs of colons.
size_t name_length(char const *text)
{
	size_t n = 0;
	for (;;) {
		if (is_letter(text[n]) || is_digit(text[n]))
			n++;
		else if (text[n] == ':' && text[n + 1] == ':')
			n += 2;
		else
			return n;
	}
}

// in_base: all letters as a number; false when one is no digit, or it is too large.
bool in_base(char const *text, size_t length, uint32_t base, uint32_t *value)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < length; i++) {
		int const digit = hex_digit_value(text[i]);
		if (digit < 0 || static_cast<uint32_t>(digit) >= base)
			return false;
		sum = sum * base + static_cast<uint32_t>(digit);
		if (sum > UINT32_MAX)
			return false;
	}
	*value = static_cast<uint32_t>(sum);
	return length != 0;
}

struct operation final {
	char     letter;
	bool     twice;         // << and >>
	int      strength;
};
constexpr operation operations[] = {
	{'|', false, 1}, {'^', false, 2}, {'&', false, 3}, {'<', true, 4}, {'>', true, 4},
	{'+', false, 5}, {'-', false, 5}, {'*', false, 6}, {'/', false, 6}, {'%', false, 6},
};

operation const *operation_at(char const *text)
{
	for (operation const &o : operations)
		if (text[0] == o.letter && (!o.twice || text[1] == o.letter))
			return &o;
	return nullptr;
}

// apply: false for a division by zero.
bool apply(char letter, uint32_t left, uint32_t right, uint32_t *value)
{
	constexpr uint32_t bits = 32;
	switch (letter) {
	case '|':
		*value = left | right;
		return true;
	case '^':
		*value = left ^ right;
		return true;
	case '&':
		*value = left & right;
		return true;
	case '<':
		*value = right < bits ? left << right : 0;
		return true;
	case '>':
		*value = right < bits ? left >> right : 0;
		return true;
	case '+':
		*value = left + right;
		return true;
	case '-':
		*value = left - right;
		return true;
	case '*':
		*value = left * right;
		return true;
	default:
		if (right != 0)
			*value = letter == '/' ? left / right : left % right;
		return right != 0;
	}
}

}

bool ddb_parser::fail(char const *why)
{
	error_ = why;
	return false;
}

void ddb_parser::blanks()
{
	while (*at_ == ' ')
		at_++;
}

bool ddb_parser::done()
{
	blanks();
	return *at_ == '\0';
}

char const *ddb_parser::rest()
{
	blanks();
	return at_;
}

bool ddb_parser::sign(char c)
{
	blanks();
	if (*at_ != c)
		return false;
	at_++;
	return true;
}

bool ddb_parser::word(char *to, size_t size)
{
	blanks();
	size_t n = 0;
	while (at_[n] != '\0' && at_[n] != ' ' && at_[n] != '/' && at_[n] != ',' && n < size - 1) {
		to[n] = at_[n];
		n++;
	}
	to[n] = '\0';
	at_ += n;
	return n != 0;
}

bool ddb_parser::expression(uint32_t *value)
{
	error_ = nullptr;
	depth_ = 0;
	return binary(value, 1);
}

bool ddb_parser::number(uint32_t *value, uint32_t otherwise)
{
	*value = otherwise;
	return done() || *at_ == ',' || expression(value);
}

// binary: operators at least as strong as `lowest`, the left one of two equals first.
bool ddb_parser::binary(uint32_t *value, int lowest)
{
	if (!unary(value))
		return false;
	for (;;) {
		blanks();
		operation const *const o = operation_at(at_);
		if (o == nullptr || o->strength < lowest)
			return true;
		at_ += o->twice ? 2 : 1;
		uint32_t right;
		if (!binary(&right, o->strength + 1))
			return false;
		if (!apply(o->letter, *value, right, value))
			return fail("division by zero");
	}
}

bool ddb_parser::unary(uint32_t *value)
{
	blanks();
	char const c = *at_;
	if (c == '$' || c == '.')
		return variable(value);
	if (is_letter(c) || is_digit(c))
		return name(value);
	if (c != '-' && c != '~' && c != '*' && c != '(')
		return fail(c == '\0' ? "an expression is missing" : "this is no expression");
	if (depth_ == deepest)
		return fail("too deep");
	depth_++;
	at_++;
	if (c == '(') {
		if (!binary(value, 1))
			return false;
		if (!sign(')'))
			return fail("a ) is missing");
	} else {
		if (!unary(value))
			return false;
		if (c == '*' && !scope_.load(*value, value))
			return fail("no memory there");
		if (c == '-')
			*value = -*value;
		if (c == '~')
			*value = ~*value;
	}
	depth_--;
	return true;
}

bool ddb_parser::variable(uint32_t *value)
{
	bool const dot = *at_ == '.';
	char const *const text = dot ? "dot" : at_ + 1;
	size_t const length = name_length(text);
	if (!scope_.variable(text, length, value))
		return fail("no such register");
	at_ += dot ? 1 : length + 1;
	return true;
}

bool ddb_parser::name(uint32_t *value)
{
	size_t const length = name_length(at_);
	char const *why = "no such symbol";
	bool known;
	if (at_[0] == '0' && (at_[1] == 'x' || at_[1] == 'X'))
		known = in_base(at_ + 2, length - 2, 16, value);
	else if (is_digit(at_[0]))
		known = in_base(at_, length, 10, value) || in_base(at_, length, 16, value);
	else
		known = scope_.symbol(at_, length, value, &why) ||
		    in_base(at_, length, 16, value);
	if (!known)
		return fail(is_digit(at_[0]) ? "no number of 32 bits" : why);
	at_ += length;
	return true;
}
