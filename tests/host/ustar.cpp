// SPDX-License-Identifier: BSD-2-Clause
// The boot image's reader: archives as they should be, and as no one should make them.
// Written for Kestrel.
#include <kern/ustar.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr size_t block = 512;

// Puts the sum of all bytes, its own field taken as blanks, where the reader looks for it.
void stamp(std::string &header)
{
	std::memset(&header[148], ' ', 8);
	unsigned sum = 0;
	for (char c : header)
		sum += static_cast<unsigned char>(c);
	std::snprintf(&header[148], 8, "%06o", sum);
}

// A header as POSIX has it.
std::string header(std::string const &name, size_t size, char type = '0', std::string prefix = "")
{
	std::string h(block, '\0');
	h.replace(0, name.size(), name);
	std::snprintf(&h[100], 8, "%07o", 0644u);
	std::snprintf(&h[124], 12, "%011zo", size);
	std::snprintf(&h[136], 12, "%011o", 1000u);
	h[156] = type;
	h.replace(257, 8, std::string{"ustar\0" "00", 8});
	h.replace(345, prefix.size(), prefix);
	stamp(h);
	return h;
}

std::string file(std::string const &name, std::string const &data)
{
	std::string padded = data;
	padded.resize((data.size() + block - 1) / block * block);
	return header(name, data.size()) + padded;
}

std::string const the_end(2 * block, '\0');

// Reads from memory that ends where the archive does, so that ASan sees any step beyond.
struct reading final {
	explicit reading(std::string const &archive)
	    : bytes{new char[archive.size()]}, reader{bytes.get(), archive.size()}
	{
		std::memcpy(bytes.get(), archive.data(), archive.size());
	}

	ustar_step next() { return reader.next(member); }
	std::string data() const
	{
		return {reinterpret_cast<char const *>(member.data), member.size};
	}

	std::unique_ptr<char[]> bytes;
	ustar_reader reader;
	ustar_member member{};
};

TEST(ustar, files_come_in_order_with_their_bytes)
{
	std::string const big(3 * block + 17, 'k');
	reading r{header("bin", 0, '5') + file("bin/cat", big) + file("motd", "hi\n") + the_end};
	ASSERT_EQ(r.next(), ustar_step::member);
	EXPECT_EQ(r.member.type, ustar_type::directory);
	ASSERT_EQ(r.next(), ustar_step::member);
	EXPECT_STREQ(r.member.name, "bin/cat");
	EXPECT_EQ(r.member.type, ustar_type::file);
	EXPECT_EQ(r.member.mode, 0644u);
	EXPECT_EQ(r.member.mtime, 1000);
	EXPECT_EQ(r.data(), big);
	ASSERT_EQ(r.next(), ustar_step::member);
	EXPECT_EQ(r.data(), "hi\n");
	EXPECT_EQ(r.next(), ustar_step::end);
	EXPECT_EQ(r.next(), ustar_step::end);
}

TEST(ustar, a_prefix_is_joined_to_the_name)
{
	reading r{header("leaf", 0, '0', "some/long/way") + the_end};
	ASSERT_EQ(r.next(), ustar_step::member);
	EXPECT_STREQ(r.member.name, "some/long/way/leaf");
}

TEST(ustar, the_longest_names_are_kept_whole)
{
	std::string const name(100, 'n'), prefix(155, 'p');
	reading r{header(name, 0, '0', prefix) + the_end};
	ASSERT_EQ(r.next(), ustar_step::member);
	EXPECT_EQ(std::string{r.member.name}, prefix + "/" + name);
}

TEST(ustar, an_archive_may_end_without_zero_blocks)
{
	reading r{file("a", "1")};
	EXPECT_EQ(r.next(), ustar_step::member);
	EXPECT_EQ(r.next(), ustar_step::end);
	reading nothing{""};
	EXPECT_EQ(nothing.next(), ustar_step::end);
}

TEST(ustar, a_member_that_passes_the_end_is_truncated)
{
	std::string const whole = file("a", std::string(2 * block, 'x'));
	for (size_t cut : {block + 1, 2 * block, 3 * block - 1}) {
		reading r{whole.substr(0, cut)};
		EXPECT_EQ(r.next(), ustar_step::truncated) << cut;
		EXPECT_EQ(r.next(), ustar_step::truncated) << cut;
	}
	reading r{whole.substr(0, 100)};
	EXPECT_EQ(r.next(), ustar_step::truncated);
}

TEST(ustar, a_size_that_would_wrap_is_refused)
{
	std::string h = header("a", 0);
	std::memcpy(&h[124], "77777777777", 11);
	stamp(h);
	reading r{h + the_end};
	ustar_step const step = r.next();
	EXPECT_TRUE(step == ustar_step::truncated || step == ustar_step::corrupt);
}

TEST(ustar, wrong_sums_and_wrong_magic_are_corrupt)
{
	std::string damaged = header("a", 0);
	damaged[0] = 'b';
	EXPECT_EQ(reading{damaged + the_end}.next(), ustar_step::corrupt);
	std::string foreign = header("a", 0);
	foreign[257] = 'x';
	stamp(foreign);
	EXPECT_EQ(reading{foreign + the_end}.next(), ustar_step::corrupt);
}

// 20,000 archives with one to eight bytes changed, sums mended half of the time, seed 2002.
TEST(ustar, damaged_archives_are_read_without_harm)
{
	std::mt19937 random{2002};
	std::string const good = file("bin/one", "first") + file("two", std::string(600, '2'))
	    + the_end;
	for (int round = 0; round < 20'000; round++) {
		std::string bad = good;
		for (unsigned n = random() % 8 + 1; n > 0; n--)
			bad[random() % bad.size()] = static_cast<char>(random());
		if (random() % 2 == 0) {
			std::string first = bad.substr(0, block);
			stamp(first);
			bad.replace(0, block, first);
		}
		bad.resize(random() % (bad.size() + 1));
		reading r{bad};
		int members = 0;
		while (r.next() == ustar_step::member) {
			members++;
			ASSERT_LE(std::strlen(r.member.name), ustar_member::name_most);
			(void)std::string{r.data()};
		}
		ASSERT_LE(members, static_cast<int>(good.size() / block));
	}
}

TEST(ustar, components_are_what_lies_between_slashes)
{
	char const *path = "//bin/./cat//";
	std::vector<std::string> seen;
	for (;;) {
		ustar_name const name = ustar_component(path);
		if (name.length == 0)
			break;
		seen.emplace_back(name.start, name.length);
	}
	EXPECT_EQ(seen, (std::vector<std::string>{"bin", "cat"}));
}

}
