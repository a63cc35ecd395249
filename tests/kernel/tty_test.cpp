// SPDX-License-Identifier: BSD-2-Clause
// The console's line discipline: what keys do, and what they echo.
// Written for Kestrel.
#include <kern/selftest.hpp>
#include <kern/tty.hpp>

#include <string.h>

namespace {

constinit tty_line line{};
constinit char echoed[256]{};
constinit size_t echoed_length{};

void echo(char const *text, size_t length)
{
	if (echoed_length + length < sizeof echoed)
		memcpy(echoed + echoed_length, text, length);
	echoed_length += length;
}

// type: keys one after another; the last one's event.
tty_line::event type(char const *keys)
{
	auto event = tty_line::event::none;
	echoed_length = 0;
	for (; *keys != '\0'; keys++)
		event = line.type(static_cast<unsigned char>(*keys), echo);
	return event;
}

// reads: whether the oldest line, read with room for `most`, is this text.
bool reads(char const *text, size_t most = 100)
{
	char buffer[100];
	size_t length;
	return line.take(buffer, most, &length) && length == strlen(text) &&
	    memcmp(buffer, text, length) == 0;
}

bool nothing_to_read()
{
	char byte;
	size_t length;
	return !line.take(&byte, 1, &length);
}

bool echoes(char const *text)
{
	return echoed_length == strlen(text) && memcmp(echoed, text, echoed_length) == 0;
}

}

SELFTEST(tty_gives_a_line_when_it_is_complete_and_not_before)
{
	EXPECT(type("ab") == tty_line::event::none);
	EXPECT(nothing_to_read());
	EXPECT(type("c\r") == tty_line::event::ready);
	EXPECT(echoes("c\n"));
	EXPECT(type("d\n") == tty_line::event::ready);
	EXPECT(reads("abc\n"));
	EXPECT(reads("d\n"));
	EXPECT(nothing_to_read());
}

SELFTEST(tty_gives_long_lines_in_pieces)
{
	type("abcdef\n");
	EXPECT(reads("abcd", 4));
	EXPECT(reads("ef\n", 4));
	EXPECT(nothing_to_read());
}

SELFTEST(tty_erases_characters_words_and_lines)
{
	type("ax\177b\bc\n");
	EXPECT(echoes("ax\b \bb\b \bc\n"));
	EXPECT(reads("ac\n"));
	type("one two  \027three\n");
	EXPECT(reads("one three\n"));
	type("gone\025kept\n");
	EXPECT(reads("kept\n"));
	type("\001\177");
	EXPECT(echoes("^A\b \b\b \b"));
	type("\177\027\025");
	EXPECT(echoes(""));
	type("\n");
	EXPECT(reads("\n"));
}

SELFTEST(tty_does_not_erase_what_is_complete)
{
	type("ab\n\177\177\025");
	EXPECT(reads("ab\n"));
}

SELFTEST(tty_ends_the_input_at_control_d)
{
	EXPECT(type("\004") == tty_line::event::ready);
	EXPECT(reads(""));
	EXPECT(nothing_to_read());
	type("part\004\004");
	EXPECT(reads("part"));
	EXPECT(reads(""));
	type("part\004\004");
	EXPECT(reads("pa", 2));
	EXPECT(reads("rt", 2));
	EXPECT(reads("", 2));
	EXPECT(nothing_to_read());
}

SELFTEST(tty_drops_the_edited_line_at_control_c)
{
	type("kept\n");
	EXPECT(type("dropped\003") == tty_line::event::interrupt);
	type("new\n");
	EXPECT(reads("kept\n"));
	EXPECT(reads("new\n"));
}

SELFTEST(tty_rings_when_full_and_still_takes_a_newline)
{
	for (size_t i = 0; i < tty_line::size - 1; i++)
		type("x");
	type("y");
	EXPECT(echoes("\a"));
	EXPECT(type("\n") == tty_line::event::ready);
	EXPECT(type("\n") == tty_line::event::none);
	size_t total = 0;
	char buffer[100];
	for (size_t length; line.take(buffer, sizeof buffer, &length);)
		total += length;
	EXPECT_EQ(tty_line::size, total);
}

SELFTEST(tty_signal_keys_drop_the_line_being_typed)
{
	EXPECT(type("abc\x1c") == tty_line::event::quit);
	EXPECT(echoes("abc^\\\n"));
	EXPECT(type("abc\x1a") == tty_line::event::suspend);
	EXPECT(echoes("abc^Z\n"));
	EXPECT(type("abc\x03") == tty_line::event::interrupt);
	EXPECT(nothing_to_read());
}
