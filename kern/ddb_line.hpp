// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's line editor: one line, a cursor in it, and the lines before it.
// Written for Kestrel; the keys are those of FreeBSD's ddb. Pure code, tested on the host too.
#pragma once

#include <cstddef>
#include <cstdint>

// ddb_line: draws with backspaces, blanks and text alone, so any terminal will do.
//   ^A ^E  ends     ^B ^F  one letter     ^H DEL  rub out     ^D  delete     ^W  rub out a word
//   ^K  to the end  ^U  all               ^P ^N   history     ^C  give up    arrows, Home, End, Del
class ddb_line final {
public:
	static constexpr size_t size = 128;             // bytes, the final zero included
	static constexpr size_t remembered = 16;        // lines of history

	enum class event : uint8_t { none, done, given_up };
	using put_function = void (*)(char c);

	// begin: an empty line. feed: one key; what to show goes through put. text: the line, also
	// while it is being edited.
	void begin();
	event feed(int c, put_function put);
	char const *text() const { return text_; }

private:
	enum class escape : uint8_t { none, escape, bracket, number };

	void control(int c, put_function put);
	void escaped(int c, put_function put);
	void insert(char c, put_function put);
	void erase(size_t count, put_function put);
	void rub_out(put_function put);
	void rub_out_word(put_function put);
	void move_to(size_t at, put_function put);
	void show_tail(size_t blanks, put_function put);
	void recall(size_t back, put_function put);
	void remember();

	size_t at_{};                   // the cursor
	size_t length_{};
	size_t back_{};                 // which line of history is shown; 0: none
	size_t lines_{};                // remembered ever
	escape escape_{escape::none};
	int    parameter_{};            // of an escape sequence
	char   text_[size]{};
	char   history_[remembered][size]{};
};
