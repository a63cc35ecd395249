// SPDX-License-Identifier: BSD-2-Clause
// GDB's remote protocol: packets in and out. Pure code, tested on the host too.
// Written for Kestrel after the protocol's chapter in GDB's manual; safe with any input.
#pragma once

#include <cstddef>
#include <cstdint>

// gdb_packet_max: longest packet in either direction, framing not counted; told to gdb.
inline constexpr size_t gdb_packet_max = 4096;

// What one more byte has made of the stream.
enum class gdb_event : uint8_t {
	none,           // more is needed
	packet,         // a packet with a good checksum is in data(), and ended by a zero
	bad,            // a packet was broken or too long: to be asked for again
	ack,            // gdb has our packet
	nak,            // gdb wants it again
	interrupt,      // Ctrl-C between packets
};

// gdb_decoder: from bytes to packets. A byte outside of a packet that means nothing is dropped; a
// '$' inside of one begins it anew, so that a lost end costs one packet. Checksums count also where
// nobody acknowledges: noise must not become a packet that kills.
class gdb_decoder final {
public:
	gdb_event feed(uint8_t byte);
	char const *data() const { return data_; }
	size_t length() const { return length_; }

private:
	enum class state : uint8_t { outside, inside, sum_high, sum_low };

	gdb_event finish(uint8_t low);

	state   state_{state::outside};
	bool    overflow_{};
	uint8_t sum_{};
	uint8_t high_{};
	size_t  length_{};
	char    data_[gdb_packet_max + 1]{};
};

// gdb_cursor: reading a packet's text piece by piece. Each function says whether what it wants was
// there, and moves past it only then.
class gdb_cursor final {
public:
	gdb_cursor(char const *text, size_t length) : at_{text}, end_{text + length} {}

	bool done() const { return at_ == end_; }
	size_t left() const { return static_cast<size_t>(end_ - at_); }
	char const *rest() const { return at_; }
	// word: this text comes next.
	bool word(char const *text);
	// number: one to eight hexadecimal digits, most significant first.
	bool number(uint32_t *value);
	// byte: two digits.
	bool byte(uint8_t *value);
	// word_bytes: eight digits, in the target's order, least significant byte first.
	bool word_bytes(uint32_t *value);
	// escaped: one byte of binary data, written with '}' where it must be.
	bool escaped(uint8_t *value);
	// thread: a thread's number; -1 all, 0 any.
	bool thread(int32_t *value);

private:
	char const *at_;
	char const *end_;
};

// gdb_writer: a packet being made. What does not fit is left out, and full() says so.
class gdb_writer final {
public:
	void clear();
	bool full() const { return full_; }
	size_t length() const { return length_; }
	size_t room() const { return gdb_packet_max - length_; }
	char const *data() const { return data_; }

	void put(char c);
	void text(char const *text);
	void number(uint32_t value);                    // hexadecimal, no leading zeros
	void byte(uint8_t value);                       // two digits
	void word_bytes(uint32_t value);                // eight digits, target's order
	void unavailable(size_t bytes);                 // "xx" for each
	void hex(char const *text);                     // two digits for each byte of it
	void escaped(uint8_t value);                    // binary data
	void replace_first(char c);
	// checksum: of what is there.
	uint8_t checksum() const;

private:
	bool   full_{};
	size_t length_{};
	char   data_[gdb_packet_max]{};
};

// gdb_window: text of which only [start, start + size) is wanted, for qXfer. more() tells whether
// there was text behind it.
class gdb_window final {
public:
	gdb_window(gdb_writer &out, size_t start, size_t size)
	    : out_{out}, start_{start}, size_{size}
	{
	}
	void put(char c);
	void text(char const *text);
	void xml(char const *text);             // with the characters escaped that XML reserves
	bool more() const { return more_; }

private:
	gdb_writer &out_;
	size_t start_;
	size_t size_;
	size_t position_{};
	bool   more_{};
};

// gdb_digit: the digit of a value below 16; hex_digit_value is the reverse.
char gdb_digit(unsigned value);
