// SPDX-License-Identifier: BSD-2-Clause
// Reading the headers of an ELF program.
// After the System V ABI, i386 supplement.
#include <kern/elf_parse.hpp>

#include <string.h>

namespace {

struct elf_header final {
	uint8_t  ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint32_t entry;
	uint32_t phoff;
	uint32_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
};
static_assert(sizeof(elf_header) == 52);

struct program_header final {
	uint32_t type;
	uint32_t offset;
	uint32_t vaddr;
	uint32_t paddr;
	uint32_t filesz;
	uint32_t memsz;
	uint32_t flags;
	uint32_t align;
};
static_assert(sizeof(program_header) == 32);

constexpr uint8_t ident_wanted[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};     // 32 bits, low byte first
constexpr uint16_t type_exec = 2;
constexpr uint16_t machine_386 = 3;
constexpr uint32_t pt_load = 1;
constexpr uint32_t pt_dynamic = 2;
constexpr uint32_t pt_interp = 3;
constexpr uint32_t pf_x = 1;
constexpr uint32_t pf_w = 2;
constexpr uint32_t page = 4096;

// inside: whether [start, start + length) lies in [0, size).
bool inside(uint32_t start, uint32_t length, size_t size)
{
	return start <= size && length <= size - start;
}

elf_verdict check_header(elf_header const &h, size_t size)
{
	if (memcmp(h.ident, ident_wanted, sizeof ident_wanted) != 0 || h.type != type_exec ||
	    h.machine != machine_386 || h.version != 1)
		return elf_verdict::foreign;
	if (h.phentsize != sizeof(program_header) || h.phnum == 0 ||
	    h.phnum > elf_image::segments_most)
		return elf_verdict::bad_table;
	if (!inside(h.phoff, h.phnum * uint32_t{sizeof(program_header)}, size))
		return elf_verdict::truncated;
	return elf_verdict::fine;
}

// add_segment: one loadable segment behind those already there. `next` is the first address of the
// page behind the last of them.
elf_verdict add_segment(program_header const &ph, size_t size, uint32_t high, uint32_t &next,
    elf_image &out)
{
	if (!inside(ph.offset, ph.filesz, size))
		return elf_verdict::truncated;
	if (ph.filesz > ph.memsz || ph.vaddr < next || ph.vaddr > high ||
	    ph.memsz > high - ph.vaddr)
		return elf_verdict::bad_segment;
	out.segments[out.count++] = {ph.offset, ph.filesz, ph.vaddr, ph.memsz,
	    (ph.flags & pf_w) != 0, (ph.flags & pf_x) != 0};
	// high is page-aligned, so this cannot pass it.
	out.end = ph.vaddr + ph.memsz;
	next = (out.end + page - 1) & ~(page - 1);
	return elf_verdict::fine;
}

bool entry_fits(elf_image const &image)
{
	for (size_t i = 0; i < image.count; i++) {
		elf_segment const &s = image.segments[i];
		if (s.executable && image.entry >= s.vaddr && image.entry - s.vaddr < s.memsz)
			return true;
	}
	return false;
}

}

elf_verdict elf_parse(void const *file, size_t size, uint32_t low, uint32_t high, elf_image &out)
{
	auto const *bytes = static_cast<uint8_t const *>(file);
	elf_header h;
	uint32_t next = low;

	if (size < sizeof h)
		return elf_verdict::truncated;
	memcpy(&h, bytes, sizeof h);
	elf_verdict verdict = check_header(h, size);
	out = elf_image{};
	out.entry = h.entry;
	for (uint32_t i = 0; i < h.phnum && verdict == elf_verdict::fine; i++) {
		program_header ph;
		memcpy(&ph, bytes + h.phoff + i * sizeof ph, sizeof ph);
		if (ph.type == pt_dynamic || ph.type == pt_interp)
			verdict = elf_verdict::foreign;
		else if (ph.type == pt_load && ph.memsz != 0)
			verdict = add_segment(ph, size, high, next, out);
	}
	if (verdict != elf_verdict::fine)
		return verdict;
	return entry_fits(out) ? elf_verdict::fine : elf_verdict::bad_entry;
}
