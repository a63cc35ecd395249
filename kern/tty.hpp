// SPDX-License-Identifier: BSD-2-Clause
// The console terminal's line discipline: editing, echo and what control characters mean.
// After FreeBSD's tty.c in canonical mode, with its default control characters.
#pragma once

#include <cstddef>
#include <cstdint>

// tty_line: what is typed and not yet read. Pure: no locks, no output of its own, so that a test
// can type. Codes are bytes; end_of_file marks where ^D ended a piece.
//
//   ring   cccccccc|eeeeee....      c: complete, a read may take it    e: the line being edited
class tty_line final {
public:
	static constexpr size_t size = 4096;            // codes in the ring, a power of two

	// What a key asks for beside its echo.
	enum class event : uint8_t { none, ready, interrupt, quit, suspend };

	// type: one key. What to echo is appended through echo(text, length).
	template <class Echo>
	event type(int c, Echo &&echo);

	// take: bytes of the oldest complete line, at most `most`; false when there is none.
	// *length 0 with true: end of file.
	bool take(char *to, size_t most, size_t *length);

private:
	enum : uint16_t { end_of_file = 0x100 };

	static constexpr char ctrl(char letter) { return static_cast<char>(letter & 0x1f); }
	uint16_t &at(size_t i) { return ring_[i % size]; }
	bool full() const { return typed_ - taken_ == size; }
	void put(uint16_t code) { at(typed_++) = code; }
	// rub_out: the last code of the line being edited goes away; false when there is none.
	template <class Echo>
	bool rub_out(Echo &&echo);
	template <class Echo>
	void rub_out_word(Echo &&echo);
	template <class Echo>
	void echo_key(int c, Echo &&echo);

	uint16_t ring_[size]{};
	// Counts of codes ever; they wrap at a multiple of the size.
	uint32_t taken_{};              // read
	uint32_t complete_{};           // complete lines end here
	uint32_t typed_{};              // the line being edited ends here
};

template <class Echo>
bool tty_line::rub_out(Echo &&echo)
{
	if (typed_ == complete_)
		return false;
	uint16_t const code = at(--typed_);
	// A control character was echoed as ^X.
	bool const wide = code < ' ' && code != '\t';
	echo("\b \b\b \b", wide ? 6u : 3u);
	return true;
}

template <class Echo>
void tty_line::rub_out_word(Echo &&echo)
{
	auto const last_is_blank = [this] {
		return typed_ != complete_ && (at(typed_ - 1) == ' ' || at(typed_ - 1) == '\t');
	};
	while (last_is_blank())
		rub_out(echo);
	while (typed_ != complete_ && !last_is_blank())
		rub_out(echo);
}

template <class Echo>
void tty_line::echo_key(int c, Echo &&echo)
{
	char const plain = static_cast<char>(c);
	char const caret[2] = {'^', static_cast<char>(c ^ 0x40)};
	if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
		echo(caret, 2u);
	else
		echo(&plain, 1u);
}

template <class Echo>
tty_line::event tty_line::type(int c, Echo &&echo)
{
	if (c == '\r')
		c = '\n';
	switch (c) {
	case ctrl('C'):
		typed_ = complete_;
		echo("^C\n", 3u);
		return event::interrupt;
	case ctrl('\\'):
		typed_ = complete_;
		echo("^\\\n", 3u);
		return event::quit;
	case ctrl('Z'):
		typed_ = complete_;
		echo("^Z\n", 3u);
		return event::suspend;
	case ctrl('D'):
		if (full())
			break;
		put(end_of_file);
		complete_ = typed_;
		return event::ready;
	case '\b':
	case 0x7f:
		rub_out(echo);
		return event::none;
	case ctrl('U'):
		while (rub_out(echo))
			continue;
		return event::none;
	case ctrl('W'):
		rub_out_word(echo);
		return event::none;
	default:
		// The last place is kept for the newline that makes the rest readable.
		if (full() || (typed_ - taken_ == size - 1 && c != '\n'))
			break;
		put(static_cast<uint16_t>(c & 0xff));
		echo_key(c, echo);
		if (c != '\n')
			return event::none;
		complete_ = typed_;
		return event::ready;
	}
	echo("\a", 1u);
	return event::none;
}

struct trapframe;

// cons_input: a byte from the console's keyboard or serial line, or cn_break; from the interrupt.
void cons_input(int c, trapframe *frame);
