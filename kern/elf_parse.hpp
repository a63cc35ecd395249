// SPDX-License-Identifier: BSD-2-Clause
// Reading the headers of an ELF program: pure code, tested on the host too, safe with any input.
// After the System V ABI, i386 supplement; static programs only.
#pragma once

#include <cstddef>
#include <cstdint>

// What a loader may do with a program; all numbers have been checked against each other.
struct elf_segment final {
	uint32_t offset;        // in the file
	uint32_t filesz;        // bytes to copy from there, all in the file
	uint32_t vaddr;         // where they go
	uint32_t memsz;         // bytes in memory, at least filesz and not 0; the rest is zero
	bool     writable;
	bool     executable;
};

struct elf_image final {
	static constexpr size_t segments_most = 16;

	uint32_t    entry;                      // in an executable segment
	uint32_t    end;                        // past the highest byte of all segments
	size_t      count;                      // segments, ascending, no two in one page
	elf_segment segments[segments_most];
};

// Why an image was refused.
enum class elf_verdict : uint8_t {
	fine,
	truncated,      // a header or a segment's bytes pass the end of the file
	foreign,        // no ELF, or for another machine, or no static program
	bad_table,      // program headers of the wrong size, none, or too many
	bad_segment,    // addresses that wrap, leave the limits, or overlap
	bad_entry,      // the entry point is in no executable segment
};

// elf_parse: check the headers of the program at [file, file + size) and say what to load.
//   low, high   addresses that segments may use: [low, high), multiples of the page size
elf_verdict elf_parse(void const *file, size_t size, uint32_t low, uint32_t high, elf_image &out);
