// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's command lines: words, and expressions with symbols and registers.
// Written for Kestrel. Pure code, tested on the host too.
#pragma once

#include <cstddef>
#include <cstdint>

// ddb_scope: what names mean. Each says whether it knows; `why` is then for people.
struct ddb_scope final {
	// symbol: a name of `length` letters.
	bool (*symbol)(char const *name, size_t length, uint32_t *value, char const **why);
	// variable: $name: a register, or a word of the debugger's own.
	bool (*variable)(char const *name, size_t length, uint32_t *value);
	// load: the word at an address.
	bool (*load)(uint32_t at, uint32_t *value);
};

// ddb_parser: reads a line from its start. What a function wants and does not find leaves the
// position where it was and, but for word(), an error.
//
//   expression   C's operators * / % + - << >> & ^ | with C's precedence, unary - ~ and *, and
//                parentheses; a word is one of: 0x123abc, 123 (decimal), name or name::name,
//                c0100000 (hexadecimal, where no symbol has that name), $eip, . ($dot)
class ddb_parser final {
public:
	ddb_parser(char const *text, ddb_scope const &scope) : at_{text}, scope_{scope} {}

	// done: nothing but blanks is left.
	bool done();
	// word: letters up to a blank or a slash, at most size - 1 of them.
	bool word(char *to, size_t size);
	// sign: that character comes next, and is passed over.
	bool sign(char c);
	bool expression(uint32_t *value);
	// number: an expression if there is one, else `otherwise`; false only on an error.
	bool number(uint32_t *value, uint32_t otherwise);
	// rest: what is left.
	char const *rest();
	char const *error() const { return error_; }

private:
	// Parentheses and unary operators in each other: a bound on the kernel's stack.
	static constexpr int deepest = 6;

	bool fail(char const *why);
	void blanks();
	bool binary(uint32_t *value, int lowest);
	bool unary(uint32_t *value);
	bool name(uint32_t *value);
	bool variable(uint32_t *value);

	char const *at_;
	ddb_scope const &scope_;
	char const *error_{};
	int depth_{};
};
