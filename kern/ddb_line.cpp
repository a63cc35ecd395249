// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's line editor: one line, a cursor in it, and the lines before it.
// Written for Kestrel; the keys are those of FreeBSD's ddb.
#include <kern/ddb_line.hpp>

#include <string.h>

namespace {

constexpr int ctrl(char letter)
{
	return letter & 0x1f;
}

constexpr int key_escape = 0x1b;
constexpr int key_delete = 0x7f;
// ESC [ 3 ~
constexpr int parameter_delete = 3;

}

void ddb_line::begin()
{
	at_ = length_ = back_ = 0;
	escape_ = escape::none;
	text_[0] = '\0';
}

void ddb_line::move_to(size_t at, put_function put)
{
	for (; at_ > at; at_--)
		put('\b');
	for (; at_ < at; at_++)
		put(text_[at_]);
}

// show_tail: what is at and behind the cursor anew, with blanks over what was there before.
void ddb_line::show_tail(size_t blanks, put_function put)
{
	for (size_t i = at_; i < length_; i++)
		put(text_[i]);
	for (size_t i = 0; i < blanks; i++)
		put(' ');
	for (size_t i = length_ - at_ + blanks; i != 0; i--)
		put('\b');
}

void ddb_line::insert(char c, put_function put)
{
	if (length_ == size - 1) {
		put('\a');
		return;
	}
	memmove(&text_[at_ + 1], &text_[at_], length_ - at_ + 1);
	text_[at_] = c;
	length_++;
	put(c);
	at_++;
	show_tail(0, put);
}

void ddb_line::erase(size_t count, put_function put)
{
	if (count > length_ - at_)
		count = length_ - at_;
	memmove(&text_[at_], &text_[at_ + count], length_ - at_ - count + 1);
	length_ -= count;
	show_tail(count, put);
}

void ddb_line::rub_out(put_function put)
{
	if (at_ == 0)
		return;
	move_to(at_ - 1, put);
	erase(1, put);
}

void ddb_line::rub_out_word(put_function put)
{
	size_t from = at_;
	while (from != 0 && text_[from - 1] == ' ')
		from--;
	while (from != 0 && text_[from - 1] != ' ')
		from--;
	size_t const count = at_ - from;
	move_to(from, put);
	erase(count, put);
}

// recall: the line that many lines ago in place of this one; 0: an empty one.
void ddb_line::recall(size_t back, put_function put)
{
	if (back > lines_ || back > remembered) {
		put('\a');
		return;
	}
	char const *const text = back == 0 ? "" : history_[(lines_ - back) % remembered];
	size_t const before = length_;
	move_to(0, put);
	length_ = strlen(text);
	memmove(text_, text, length_ + 1);
	show_tail(before > length_ ? before - length_ : 0, put);
	move_to(length_, put);
	back_ = back;
}

void ddb_line::remember()
{
	char const *const last = history_[(lines_ - 1) % remembered];
	if (length_ == 0 || (lines_ != 0 && strcmp(last, text_) == 0))
		return;
	memmove(history_[lines_ % remembered], text_, length_ + 1);
	lines_++;
}

void ddb_line::control(int c, put_function put)
{
	switch (c) {
	case ctrl('A'):
		move_to(0, put);
		break;
	case ctrl('E'):
		move_to(length_, put);
		break;
	case ctrl('B'):
		move_to(at_ == 0 ? 0 : at_ - 1, put);
		break;
	case ctrl('F'):
		move_to(at_ == length_ ? at_ : at_ + 1, put);
		break;
	case ctrl('D'):
		erase(1, put);
		break;
	case ctrl('K'):
		erase(length_ - at_, put);
		break;
	case ctrl('U'):
		move_to(0, put);
		erase(length_, put);
		break;
	case ctrl('W'):
		rub_out_word(put);
		break;
	case ctrl('P'):
		recall(back_ + 1, put);
		break;
	case ctrl('N'):
		recall(back_ == 0 ? remembered + 1 : back_ - 1, put);
		break;
	case ctrl('H'):
	case key_delete:
		rub_out(put);
		break;
	default:
		put('\a');
	}
}

// escaped: a byte of ESC [ letter, or of ESC [ number ~.
void ddb_line::escaped(int c, put_function put)
{
	constexpr struct {
		char letter;
		int  key;
	} keys[] = {{'A', ctrl('P')}, {'B', ctrl('N')}, {'C', ctrl('F')}, {'D', ctrl('B')},
	    {'H', ctrl('A')}, {'F', ctrl('E')}};
	if (escape_ == escape::escape && (c == '[' || c == 'O')) {
		escape_ = escape::bracket;
		parameter_ = 0;
		return;
	}
	if (escape_ != escape::escape && c >= '0' && c <= '9') {
		escape_ = escape::number;
		parameter_ = c - '0';
		return;
	}
	bool const letter = escape_ == escape::bracket;
	bool const number = escape_ == escape::number;
	escape_ = escape::none;
	if (number && c == '~' && parameter_ == parameter_delete)
		control(ctrl('D'), put);
	for (auto const &k : keys)
		if (letter && c == k.letter)
			control(k.key, put);
}

ddb_line::event ddb_line::feed(int c, put_function put)
{
	if (escape_ != escape::none) {
		escaped(c, put);
		return event::none;
	}
	switch (c) {
	case '\r':
	case '\n':
		put('\n');
		remember();
		return event::done;
	case ctrl('C'):
		put('^');
		put('C');
		put('\n');
		begin();
		return event::given_up;
	case key_escape:
		escape_ = escape::escape;
		return event::none;
	case '\t':
		c = ' ';
		break;
	default:
		break;
	}
	if (c >= ' ' && c < key_delete)
		insert(static_cast<char>(c), put);
	else
		control(c, put);
	return event::none;
}
