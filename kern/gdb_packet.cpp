// SPDX-License-Identifier: BSD-2-Clause
// GDB's remote protocol: packets in and out.
// Written for Kestrel after the protocol's chapter in GDB's manual.
#include <kern/gdb_packet.hpp>

#include <support/digits.hpp>

namespace {

constexpr uint8_t ctrl_c = 3;
constexpr char escape = '}';
constexpr uint8_t escape_bit = 0x20;
// Two bytes of text for one that is escaped.
constexpr size_t escape_room = 2;

bool must_escape(uint8_t value)
{
	return value == '#' || value == '$' || value == '}' || value == '*';
}

}

char gdb_digit(unsigned value)
{
	return "0123456789abcdef"[value & 0xf];
}

gdb_event gdb_decoder::finish(uint8_t low)
{
	int const h = hex_digit_value(static_cast<char>(high_));
	int const l = hex_digit_value(static_cast<char>(low));
	data_[length_] = '\0';
	bool const good = h >= 0 && l >= 0 && (h << 4 | l) == sum_;
	return good && !overflow_ ? gdb_event::packet : gdb_event::bad;
}

gdb_event gdb_decoder::feed(uint8_t byte)
{
	if (byte == '$') {
		state_ = state::inside;
		overflow_ = false;
		sum_ = 0;
		length_ = 0;
		return gdb_event::none;
	}
	switch (state_) {
	case state::outside:
		if (byte == '+')
			return gdb_event::ack;
		if (byte == '-')
			return gdb_event::nak;
		return byte == ctrl_c ? gdb_event::interrupt : gdb_event::none;
	case state::inside:
		if (byte == '#') {
			state_ = state::sum_high;
			return gdb_event::none;
		}
		sum_ = static_cast<uint8_t>(sum_ + byte);
		if (length_ == gdb_packet_max)
			overflow_ = true;
		else
			data_[length_++] = static_cast<char>(byte);
		return gdb_event::none;
	case state::sum_high:
		high_ = byte;
		state_ = state::sum_low;
		return gdb_event::none;
	case state::sum_low:
		state_ = state::outside;
		return finish(byte);
	}
	return gdb_event::none;
}

bool gdb_cursor::word(char const *text)
{
	char const *p = at_;
	for (; *text != '\0'; text++, p++)
		if (p == end_ || *p != *text)
			return false;
	at_ = p;
	return true;
}

bool gdb_cursor::number(uint32_t *value)
{
	constexpr int most_digits = 8;
	uint32_t sum = 0;
	char const *p = at_;
	int digits = 0;
	for (; p != end_ && hex_digit_value(*p) >= 0; p++, digits++) {
		if (digits == most_digits)
			return false;
		sum = sum << 4 | static_cast<uint32_t>(hex_digit_value(*p));
	}
	if (digits == 0)
		return false;
	at_ = p;
	*value = sum;
	return true;
}

bool gdb_cursor::byte(uint8_t *value)
{
	if (left() < 2)
		return false;
	int const high = hex_digit_value(at_[0]), low = hex_digit_value(at_[1]);
	if (high < 0 || low < 0)
		return false;
	*value = static_cast<uint8_t>(high << 4 | low);
	at_ += 2;
	return true;
}

bool gdb_cursor::word_bytes(uint32_t *value)
{
	gdb_cursor ahead = *this;
	uint32_t sum = 0;
	for (unsigned i = 0; i < sizeof sum; i++) {
		uint8_t one;
		if (!ahead.byte(&one))
			return false;
		sum |= static_cast<uint32_t>(one) << 8 * i;
	}
	*this = ahead;
	*value = sum;
	return true;
}

bool gdb_cursor::escaped(uint8_t *value)
{
	if (done())
		return false;
	if (*at_ != escape) {
		*value = static_cast<uint8_t>(*at_++);
		return true;
	}
	if (left() < escape_room)
		return false;
	*value = static_cast<uint8_t>(static_cast<uint8_t>(at_[1]) ^ escape_bit);
	at_ += escape_room;
	return true;
}

bool gdb_cursor::thread(int32_t *value)
{
	if (word("-1")) {
		*value = -1;
		return true;
	}
	gdb_cursor ahead = *this;
	uint32_t id;
	if (!ahead.number(&id) || id > INT32_MAX)
		return false;
	*this = ahead;
	*value = static_cast<int32_t>(id);
	return true;
}

void gdb_writer::clear()
{
	full_ = false;
	length_ = 0;
}

void gdb_writer::put(char c)
{
	if (length_ == gdb_packet_max)
		full_ = true;
	else
		data_[length_++] = c;
}

void gdb_writer::text(char const *text)
{
	for (; *text != '\0'; text++)
		put(*text);
}

void gdb_writer::number(uint32_t value)
{
	unsigned shift = 28;
	while (shift != 0 && value >> shift == 0)
		shift -= 4;
	for (;; shift -= 4) {
		put(gdb_digit(value >> shift));
		if (shift == 0)
			return;
	}
}

void gdb_writer::byte(uint8_t value)
{
	put(gdb_digit(value >> 4u));
	put(gdb_digit(value));
}

void gdb_writer::word_bytes(uint32_t value)
{
	for (unsigned i = 0; i < sizeof value; i++)
		byte(static_cast<uint8_t>(value >> 8 * i));
}

void gdb_writer::unavailable(size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		text("xx");
}

void gdb_writer::hex(char const *text)
{
	for (; *text != '\0'; text++)
		byte(static_cast<uint8_t>(*text));
}

void gdb_writer::escaped(uint8_t value)
{
	if (!must_escape(value)) {
		put(static_cast<char>(value));
		return;
	}
	if (room() < escape_room) {
		full_ = true;
		return;
	}
	put(escape);
	put(static_cast<char>(value ^ escape_bit));
}

uint8_t gdb_writer::checksum() const
{
	uint8_t sum = 0;
	for (size_t i = 0; i < length_; i++)
		sum = static_cast<uint8_t>(sum + static_cast<uint8_t>(data_[i]));
	return sum;
}

void gdb_writer::replace_first(char c)
{
	if (length_ != 0)
		data_[0] = c;
}

void gdb_window::put(char c)
{
	size_t const at = position_++;
	if (at < start_)
		return;
	if (at - start_ >= size_ || more_ || out_.room() < escape_room) {
		more_ = true;
		return;
	}
	out_.escaped(static_cast<uint8_t>(c));
}

void gdb_window::text(char const *text)
{
	for (; *text != '\0'; text++)
		put(*text);
}

void gdb_window::xml(char const *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			this->text("&lt;");
		else if (*text == '&')
			this->text("&amp;");
		else if (*text == '"')
			this->text("&quot;");
		else
			put(*text >= ' ' && *text < 0x7f ? *text : '?');
	}
}
