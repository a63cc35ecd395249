// SPDX-License-Identifier: BSD-2-Clause
// The ELF header reader: what it accepts, what it refuses, and that no input makes it misbehave.
// Written for Kestrel.
#include <kern/elf_parse.hpp>

#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

constexpr uint32_t low = 0x1000;
constexpr uint32_t high = 0xbf400000;

using bytes = std::vector<uint8_t>;

void put16(bytes &b, size_t at, uint16_t value)
{
	std::memcpy(&b[at], &value, sizeof value);
}

void put32(bytes &b, size_t at, uint32_t value)
{
	std::memcpy(&b[at], &value, sizeof value);
}

constexpr size_t table = 52;
constexpr size_t entry_size = 32;

// Offsets of fields in the header and in a program header.
enum field : size_t {
	e_type = 16,
	e_machine = 18,
	e_entry = 24,
	e_phoff = 28,
	e_phentsize = 42,
	e_phnum = 44,
	p_type = 0,
	p_offset = 4,
	p_vaddr = 8,
	p_filesz = 16,
	p_memsz = 20,
	p_flags = 24,
};

size_t ph(size_t i, size_t what)
{
	return table + i * entry_size + what;
}

void put_segment(bytes &b, size_t i, uint32_t offset, uint32_t vaddr, uint32_t filesz,
    uint32_t memsz, uint32_t flags)
{
	put32(b, ph(i, p_type), 1);
	put32(b, ph(i, p_offset), offset);
	put32(b, ph(i, p_vaddr), vaddr);
	put32(b, ph(i, p_filesz), filesz);
	put32(b, ph(i, p_memsz), memsz);
	put32(b, ph(i, p_flags), flags);
}

// A program of text and data, as the linker makes them.
bytes program()
{
	bytes b(0x3000);
	std::memcpy(b.data(), "\177ELF\1\1\1", 7);
	put16(b, e_type, 2);
	put16(b, e_machine, 3);
	put32(b, 20, 1);
	put32(b, e_entry, 0x08048100);
	put32(b, e_phoff, table);
	put16(b, e_phentsize, entry_size);
	put16(b, e_phnum, 2);
	put_segment(b, 0, 0, 0x08048000, 0x1800, 0x1800, 5);
	put_segment(b, 1, 0x1800, 0x0804a800, 0x100, 0x2000, 6);
	return b;
}

elf_verdict parse(bytes const &b, elf_image &image)
{
	// A copy of exactly that size: a read past it is an error of the address sanitizer.
	std::vector<uint8_t> const exact(b);
	return elf_parse(exact.data(), exact.size(), low, high, image);
}

elf_verdict verdict(bytes const &b)
{
	elf_image image;
	return parse(b, image);
}

TEST(elf, takes_a_program_of_text_and_data)
{
	elf_image image;
	ASSERT_EQ(parse(program(), image), elf_verdict::fine);
	EXPECT_EQ(image.entry, 0x08048100u);
	ASSERT_EQ(image.count, 2u);
	EXPECT_TRUE(image.segments[0].executable);
	EXPECT_FALSE(image.segments[0].writable);
	EXPECT_TRUE(image.segments[1].writable);
	EXPECT_EQ(image.segments[1].filesz, 0x100u);
	EXPECT_EQ(image.end, 0x0804c800u);
}

TEST(elf, passes_over_headers_that_load_nothing)
{
	bytes b = program();
	put16(b, e_phnum, 4);
	put32(b, ph(2, p_type), 0x6474e551);
	put_segment(b, 3, 0, 0, 0, 0, 7);
	elf_image image;
	EXPECT_EQ(parse(b, image), elf_verdict::fine);
	EXPECT_EQ(image.count, 2u);
}

TEST(elf, refuses_foreign_images)
{
	for (size_t i : {0, 3, 4, 5, 6}) {
		bytes b = program();
		b[i] ^= 1;
		EXPECT_EQ(verdict(b), elf_verdict::foreign) << "ident byte " << i;
	}
	bytes b = program();
	put16(b, e_type, 3);
	EXPECT_EQ(verdict(b), elf_verdict::foreign) << "position independent";
	b = program();
	put16(b, e_machine, 62);
	EXPECT_EQ(verdict(b), elf_verdict::foreign) << "another machine";
	b = program();
	put32(b, ph(1, p_type), 3);
	EXPECT_EQ(verdict(b), elf_verdict::foreign) << "wants an interpreter";
	b = program();
	put32(b, ph(1, p_type), 2);
	EXPECT_EQ(verdict(b), elf_verdict::foreign) << "dynamic";
}

TEST(elf, refuses_bad_tables)
{
	bytes b = program();
	put16(b, e_phnum, 0);
	EXPECT_EQ(verdict(b), elf_verdict::bad_table);
	put16(b, e_phnum, 17);
	EXPECT_EQ(verdict(b), elf_verdict::bad_table);
	b = program();
	put16(b, e_phentsize, 40);
	EXPECT_EQ(verdict(b), elf_verdict::bad_table);
	for (uint32_t offset : {0x2fc1u, 0x3000u, 0xffffffe0u, 0xffffffffu}) {
		b = program();
		put32(b, e_phoff, offset);
		EXPECT_EQ(verdict(b), elf_verdict::truncated) << offset;
	}
}

TEST(elf, refuses_segments_that_leave_the_file)
{
	bytes b = program();
	put32(b, ph(1, p_offset), 0x2f01);
	EXPECT_EQ(verdict(b), elf_verdict::truncated);
	put32(b, ph(1, p_offset), 0xfffffff0);
	EXPECT_EQ(verdict(b), elf_verdict::truncated);
}

TEST(elf, refuses_segments_at_bad_addresses)
{
	struct { uint32_t vaddr, memsz; char const *why; } const cases[] = {
	    {0x0804a800, 0xff, "more in the file than in memory"},
	    {0x08049000, 0x2000, "in a page of the first one"},
	    {0x08049fff, 0x2000, "in its last page"},
	    {0x00000000, 0x2000, "below it"},
	    {high - 0x1000, 0x1001, "past the limit"},
	    {high + 1, 0x100, "beyond the limit"},
	    {0xfffff000, 0x2000, "around the end"},
	    {0x0804a800, 0xffffffff, "all memory"},
	};
	for (auto const &c : cases) {
		bytes b = program();
		put32(b, ph(1, p_vaddr), c.vaddr);
		put32(b, ph(1, p_memsz), c.memsz);
		EXPECT_EQ(verdict(b), elf_verdict::bad_segment) << c.why;
	}
}

TEST(elf, takes_a_segment_up_to_the_limit)
{
	bytes b = program();
	put32(b, ph(1, p_vaddr), high - 0x1000);
	put32(b, ph(1, p_memsz), 0x1000);
	elf_image image;
	EXPECT_EQ(parse(b, image), elf_verdict::fine);
	EXPECT_EQ(image.end, high);
}

TEST(elf, wants_the_entry_in_an_executable_segment)
{
	for (uint32_t entry : {0u, 0x08047fffu, 0x08049800u, 0x0804a800u, 0xffffffffu}) {
		bytes b = program();
		put32(b, e_entry, entry);
		EXPECT_EQ(verdict(b), elf_verdict::bad_entry) << entry;
	}
}

TEST(elf, survives_every_truncation)
{
	bytes const whole = program();
	for (size_t size = 0; size < 0x1900; size++)
		EXPECT_NE(verdict(bytes(whole.begin(), whole.begin() + static_cast<long>(size))),
		    elf_verdict::fine) << size;
}

// What is accepted keeps every promise of the header, whatever the bytes were.
void check_promises(bytes const &b, elf_image const &image)
{
	uint32_t next = low;
	for (size_t i = 0; i < image.count; i++) {
		elf_segment const &s = image.segments[i];
		ASSERT_LE(uint64_t{s.offset} + s.filesz, b.size());
		ASSERT_LE(s.filesz, s.memsz);
		ASSERT_GT(s.memsz, 0u);
		ASSERT_GE(s.vaddr, next);
		ASSERT_LE(uint64_t{s.vaddr} + s.memsz, high);
		next = (s.vaddr + s.memsz + 4095) & ~4095u;
	}
}

TEST(elf, keeps_its_promises_for_mutated_images)
{
	std::mt19937 random{20021028};
	int accepted = 0;
	for (int round = 0; round < 200000; round++) {
		bytes b = program();
		for (unsigned n = random() % 4 + 1; n > 0; n--) {
			size_t const at = random() % (table + 2 * entry_size);
			b[at] = static_cast<uint8_t>(random() % 3 == 0 ? 0xff : random());
		}
		elf_image image;
		if (parse(b, image) != elf_verdict::fine)
			continue;
		accepted++;
		check_promises(b, image);
	}
	EXPECT_GT(accepted, 0);
}

}
