// SPDX-License-Identifier: BSD-2-Clause
// GDB's remote protocol: good packets understood, hostile streams survived and recovered from.
// Written for Kestrel.
#include <kern/gdb_packet.hpp>

#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace {

std::string framed(std::string const &body)
{
	unsigned sum = 0;
	for (char c : body)
		sum += static_cast<uint8_t>(c);
	char tail[4];
	std::snprintf(tail, sizeof tail, "#%02x", sum & 0xff);
	return "$" + body + tail;
}

gdb_event feed(gdb_decoder &d, std::string const &bytes)
{
	gdb_event last = gdb_event::none;
	for (char c : bytes)
		last = d.feed(static_cast<uint8_t>(c));
	return last;
}

std::string body(gdb_decoder const &d)
{
	return {d.data(), d.length()};
}

// use: what the kernel does with a packet's text, all of it.
void use(gdb_decoder const &d)
{
	for (int way = 0; way < 6; way++) {
		gdb_cursor c{d.data(), d.length()};
		for (size_t steps = 0; !c.done() && steps <= gdb_packet_max; steps++) {
			uint32_t word;
			uint8_t one;
			int32_t id;
			bool const moved = way == 0 ? c.number(&word) : way == 1 ? c.byte(&one) :
			    way == 2 ? c.word_bytes(&word) : way == 3 ? c.escaped(&one) :
			    way == 4 ? c.thread(&id) : c.word("v");
			if (!moved && !c.escaped(&one))
				break;
		}
	}
}

}

TEST(gdb_packet, a_packet_arrives_whole)
{
	auto d = std::make_unique<gdb_decoder>();
	EXPECT_EQ(feed(*d, framed("g")), gdb_event::packet);
	EXPECT_EQ(body(*d), "g");
	EXPECT_EQ(feed(*d, framed("")), gdb_event::packet);
	EXPECT_EQ(d->length(), 0u);
}

TEST(gdb_packet, a_wrong_checksum_is_bad)
{
	auto d = std::make_unique<gdb_decoder>();
	EXPECT_EQ(feed(*d, "$g#68"), gdb_event::bad);
	EXPECT_EQ(feed(*d, "$g#6x"), gdb_event::bad);
	EXPECT_EQ(feed(*d, "$g#00"), gdb_event::bad);
	EXPECT_EQ(feed(*d, "$g#67"), gdb_event::packet);
}

TEST(gdb_packet, acknowledgements_and_interrupts_come_between_packets_only)
{
	auto d = std::make_unique<gdb_decoder>();
	EXPECT_EQ(feed(*d, "+"), gdb_event::ack);
	EXPECT_EQ(feed(*d, "-"), gdb_event::nak);
	EXPECT_EQ(feed(*d, "\x03"), gdb_event::interrupt);
	EXPECT_EQ(feed(*d, framed("X\x03+-")), gdb_event::packet);
	EXPECT_EQ(body(*d), "X\x03+-");
}

TEST(gdb_packet, a_truncated_packet_costs_itself_only)
{
	auto d = std::make_unique<gdb_decoder>();
	EXPECT_EQ(feed(*d, "$m1000,4"), gdb_event::none);
	EXPECT_EQ(feed(*d, framed("?")), gdb_event::packet);
	EXPECT_EQ(body(*d), "?");
}

TEST(gdb_packet, the_longest_packet_fits_and_a_longer_one_is_bad)
{
	auto d = std::make_unique<gdb_decoder>();
	EXPECT_EQ(feed(*d, framed(std::string(gdb_packet_max, 'a'))), gdb_event::packet);
	EXPECT_EQ(d->length(), gdb_packet_max);
	EXPECT_EQ(feed(*d, framed(std::string(gdb_packet_max + 1, 'a'))), gdb_event::bad);
	EXPECT_EQ(feed(*d, framed(std::string(10 * gdb_packet_max, 'a'))), gdb_event::bad);
	EXPECT_EQ(feed(*d, framed("?")), gdb_event::packet);
}

TEST(gdb_packet, numbers_have_one_to_eight_digits)
{
	uint32_t value = 0;
	std::string const text = "c0101234,10";
	gdb_cursor c{text.data(), text.size()};
	EXPECT_TRUE(c.number(&value));
	EXPECT_EQ(value, 0xc0101234u);
	EXPECT_TRUE(c.word(","));
	EXPECT_TRUE(c.number(&value));
	EXPECT_EQ(value, 0x10u);
	EXPECT_TRUE(c.done());
	EXPECT_FALSE(c.number(&value));
	std::string const absurd = "ffffffffff";
	gdb_cursor a{absurd.data(), absurd.size()};
	EXPECT_FALSE(a.number(&value));
	EXPECT_EQ(a.left(), absurd.size());
}

TEST(gdb_packet, registers_are_written_and_read_in_the_targets_order)
{
	auto w = std::make_unique<gdb_writer>();
	w->word_bytes(0x12345678);
	EXPECT_EQ(std::string(w->data(), w->length()), "78563412");
	gdb_cursor c{w->data(), w->length()};
	uint32_t value = 0;
	EXPECT_TRUE(c.word_bytes(&value));
	EXPECT_EQ(value, 0x12345678u);
	w->clear();
	w->number(0);
	w->put(',');
	w->number(0xbeef);
	EXPECT_EQ(std::string(w->data(), w->length()), "0,beef");
}

TEST(gdb_packet, threads_are_numbers_any_or_all)
{
	int32_t id = 5;
	std::string const all = "-1";
	gdb_cursor a{all.data(), all.size()};
	EXPECT_TRUE(a.thread(&id));
	EXPECT_EQ(id, -1);
	std::string const big = "ffffffff";
	gdb_cursor b{big.data(), big.size()};
	EXPECT_FALSE(b.thread(&id));
}

TEST(gdb_packet, binary_data_survives_escaping)
{
	auto w = std::make_unique<gdb_writer>();
	for (unsigned i = 0; i < 256; i++)
		w->escaped(static_cast<uint8_t>(i));
	auto d = std::make_unique<gdb_decoder>();
	EXPECT_EQ(feed(*d, framed({w->data(), w->length()})), gdb_event::packet);
	gdb_cursor c{d->data(), d->length()};
	for (unsigned i = 0; i < 256; i++) {
		uint8_t value = 0;
		ASSERT_TRUE(c.escaped(&value));
		EXPECT_EQ(value, i);
	}
	EXPECT_TRUE(c.done());
	std::string const cut = "}";
	gdb_cursor e{cut.data(), cut.size()};
	uint8_t value;
	EXPECT_FALSE(e.escaped(&value));
}

TEST(gdb_packet, a_full_writer_says_so_and_keeps_its_bounds)
{
	auto w = std::make_unique<gdb_writer>();
	for (size_t i = 0; i < gdb_packet_max + 100; i++)
		w->escaped('#');
	EXPECT_TRUE(w->full());
	EXPECT_LE(w->length(), gdb_packet_max);
}

TEST(gdb_packet, a_window_shows_its_part_and_whether_more_follows)
{
	std::string all;
	for (size_t start = 0;; start += 7) {
		auto w = std::make_unique<gdb_writer>();
		gdb_window window{*w, start, 7};
		window.text("<name ");
		window.xml("a<b>&\"c\x01");
		window.text("/>");
		all += std::string(w->data(), w->length());
		if (!window.more())
			break;
	}
	EXPECT_EQ(all, "<name a&lt;b>&amp;&quot;c?/>");
}

TEST(gdb_packet, random_truncated_and_absurd_streams_leave_it_working)
{
	std::mt19937 random{20021031};
	auto d = std::make_unique<gdb_decoder>();
	for (int round = 0; round < 3000; round++) {
		size_t const length = random() % 3 == 0 ? random() % (2 * gdb_packet_max) :
		    random() % 64;
		bool const frames = random() % 2 == 0;
		for (size_t i = 0; i < length; i++) {
			uint32_t const dice = random();
			uint8_t const byte = frames && dice % 16 == 0 ? "$#}*,:;-"[dice >> 8 & 7] :
			    static_cast<uint8_t>(dice >> 16);
			if (d->feed(byte) == gdb_event::packet)
				use(*d);
		}
		// Whatever came before, a packet is understood.
		ASSERT_EQ(feed(*d, framed("m0,ffffffff")), gdb_event::packet);
		ASSERT_EQ(body(*d), "m0,ffffffff");
		use(*d);
	}
}
