// SPDX-License-Identifier: BSD-2-Clause
// The ustar reader: members as written, hostile archives refused without a step outside of them.
// Written for Kestrel.
#include <kern/ustar.hpp>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

constexpr size_t block = 512;

using bytes = std::vector<uint8_t>;

void put_text(uint8_t *header, size_t at, std::string const &text)
{
	std::memcpy(header + at, text.data(), text.size());
}

void seal(uint8_t *header)
{
	std::memset(header + 148, ' ', 8);
	unsigned sum = 0;
	for (size_t i = 0; i < block; i++)
		sum += header[i];
	char text[8];
	std::snprintf(text, sizeof text, "%06o", sum);
	std::memcpy(header + 148, text, 7);
}

std::string octal(uint64_t value, int width)
{
	char text[32];
	std::snprintf(text, sizeof text, "%0*llo", width, static_cast<unsigned long long>(value));
	return text;
}

void add(bytes &archive, std::string const &name, char type, std::string const &data,
    std::string const &prefix = "")
{
	size_t const at = archive.size();
	archive.resize(at + block + (data.size() + block - 1) / block * block);
	uint8_t *header = &archive[at];
	put_text(header, 0, name);
	put_text(header, 100, "0000751");
	put_text(header, 124, octal(data.size(), 11));
	put_text(header, 136, octal(1035763200, 11));
	header[156] = static_cast<uint8_t>(type);
	put_text(header, 257, "ustar");
	put_text(header, 263, "00");
	put_text(header, 345, prefix);
	seal(header);
	if (!data.empty())
		std::memcpy(header + block, data.data(), data.size());
}

bytes sample()
{
	bytes archive;
	add(archive, "bin/", '5', "");
	add(archive, "bin/true", '0', std::string(700, 'x'));
	add(archive, "link", '2', "");
	add(archive, "empty", '\0', "");
	archive.resize(archive.size() + 2 * block);
	return archive;
}

// Walks an archive of exactly that size; the sanitizer sees any step outside. How it ended.
ustar_step walk(bytes const &archive, int *members = nullptr)
{
	bytes const exact(archive);
	ustar_reader reader{exact.data(), exact.size()};
	ustar_member member;
	ustar_step step;
	while ((step = reader.next(member)) == ustar_step::member) {
		EXPECT_LE(member.data + member.size, exact.data() + exact.size());
		EXPECT_LE(std::strlen(member.name), ustar_member::name_most);
		volatile uint8_t sink = 0;
		for (size_t i = 0; i < member.size; i++)
			sink = member.data[i];
		(void)sink;
		if (members != nullptr)
			++*members;
	}
	EXPECT_EQ(reader.next(member), step) << "the end is final";
	return step;
}

TEST(ustar, tells_members_as_they_were_written)
{
	bytes const archive = sample();
	ustar_reader reader{archive.data(), archive.size()};
	ustar_member member;

	ASSERT_EQ(reader.next(member), ustar_step::member);
	EXPECT_STREQ(member.name, "bin/");
	EXPECT_EQ(member.type, ustar_type::directory);
	ASSERT_EQ(reader.next(member), ustar_step::member);
	EXPECT_STREQ(member.name, "bin/true");
	EXPECT_EQ(member.type, ustar_type::file);
	EXPECT_EQ(member.mode, 0751u);
	EXPECT_EQ(member.mtime, 1035763200);
	ASSERT_EQ(member.size, 700u);
	EXPECT_EQ(member.data[699], 'x');
	ASSERT_EQ(reader.next(member), ustar_step::member);
	EXPECT_EQ(member.type, ustar_type::other);
	ASSERT_EQ(reader.next(member), ustar_step::member);
	EXPECT_STREQ(member.name, "empty");
	EXPECT_EQ(member.type, ustar_type::file);
	EXPECT_EQ(reader.next(member), ustar_step::end);
}

TEST(ustar, joins_prefix_and_name_of_full_width)
{
	bytes archive;
	std::string const name(100, 'n');
	std::string const prefix(155, 'p');
	add(archive, name, '0', "", prefix);
	ustar_reader reader{archive.data(), archive.size()};
	ustar_member member;
	ASSERT_EQ(reader.next(member), ustar_step::member);
	EXPECT_EQ(std::string(member.name), prefix + "/" + name);
}

TEST(ustar, needs_neither_the_zero_blocks_nor_the_last_padding)
{
	bytes archive;
	add(archive, "a", '0', std::string(10, 'x'));
	EXPECT_EQ(walk(archive), ustar_step::end);
	archive.resize(block + 10);
	EXPECT_EQ(walk(archive), ustar_step::end);
	archive.resize(block + 9);
	EXPECT_EQ(walk(archive), ustar_step::truncated);
}

TEST(ustar, sees_where_an_archive_was_cut)
{
	bytes const whole = sample();
	for (size_t size = 0; size < whole.size(); size++) {
		bytes const part(whole.begin(), whole.begin() + static_cast<long>(size));
		EXPECT_NE(walk(part), ustar_step::corrupt) << size;
	}
	EXPECT_EQ(walk(bytes(whole.begin(), whole.begin() + 100)), ustar_step::truncated);
}

TEST(ustar, refuses_numbers_that_are_none)
{
	// Mode, size and time, each with a letter in it; the checksum is made to fit.
	for (size_t at : {100, 124, 136}) {
		bytes archive;
		add(archive, "x", '0', "");
		archive[at] = 'z';
		seal(archive.data());
		EXPECT_EQ(walk(archive), ustar_step::corrupt) << at;
	}
}

TEST(ustar, refuses_sizes_beyond_the_archive)
{
	for (uint64_t size : {uint64_t{1}, uint64_t{0xffffffff}, uint64_t{0x1ffffffff}}) {
		bytes archive;
		add(archive, "x", '0', "");
		put_text(archive.data(), 124, octal(size, 11));
		seal(archive.data());
		EXPECT_EQ(walk(archive), ustar_step::truncated) << size;
	}
}

TEST(ustar, notices_every_flipped_byte_of_a_header)
{
	for (size_t at = 0; at < 500; at++) {
		if (at >= 148 && at < 156)
			continue;
		bytes archive = sample();
		archive[at] ^= 0x40;
		EXPECT_EQ(walk(archive), ustar_step::corrupt) << at;
	}
}

TEST(ustar, survives_sealed_nonsense)
{
	std::mt19937 random{20021028};
	for (int round = 0; round < 20000; round++) {
		bytes archive = sample();
		for (unsigned n = random() % 8 + 1; n > 0; n--)
			archive[random() % block] = static_cast<uint8_t>(random());
		seal(archive.data());
		walk(archive);
	}
}

TEST(ustar, splits_paths_into_components)
{
	char const *path = "//./bin/./x/..///";
	std::vector<std::string> found;
	for (;;) {
		ustar_name const name = ustar_component(path);
		if (name.length == 0)
			break;
		found.emplace_back(name.start, name.length);
	}
	EXPECT_EQ(found, (std::vector<std::string>{"bin", "x", ".."}));
}

}
