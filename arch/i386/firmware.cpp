// SPDX-License-Identifier: BSD-2-Clause
// Looking at the firmware's tables: mapping, checksums, the search in the first MiB.
// Written for Kestrel after the ACPI 2.0 and Intel MultiProcessor 1.4 specifications.
#include <machine/firmware.hpp>

#include <vm/pmap.hpp>
#include <vm/vm_page.hpp>

namespace {

// Words of the BIOS data area.
constexpr uint32_t bda_ebda_segment = 0x40e;
constexpr uint32_t bda_base_kib = 0x413;

constexpr uint32_t ebda_lowest = 0x80000;
constexpr uint32_t video_memory = 0xa0000;
constexpr size_t signature_alignment = 16;

uint16_t bda_word(uint32_t at)
{
	uint16_t word;
	memcpy(&word, to_pointer<char const>(phys_to_dmap(paddr{at})), sizeof word);
	return word;
}

bool sums_to_zero(char const *bytes, size_t length)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum = static_cast<uint8_t>(sum + static_cast<uint8_t>(bytes[i]));
	return sum == 0;
}

}

phys_view::phys_view(paddr at, size_t size)
    : data_{static_cast<char const *>(pmap_mapdev(at, size))}, size_{size}
{
}

phys_view::~phys_view()
{
	pmap_unmapdev(const_cast<char *>(data_), size_);
}

bool phys_view::sums_to_zero(size_t length) const
{
	return length <= size_ && ::sums_to_zero(data_, length);
}

uint32_t bios_find(char const *signature, size_t length, uint32_t start, uint32_t end)
{
	size_t const letters = strlen(signature);
	for (uint32_t at = start; at + length <= end; at += signature_alignment) {
		auto const *bytes = to_pointer<char const>(phys_to_dmap(paddr{at}));
		if (memcmp(bytes, signature, letters) == 0 && sums_to_zero(bytes, length))
			return at;
	}
	return 0;
}

uint32_t ebda_start()
{
	uint32_t const at = uint32_t{bda_word(bda_ebda_segment)} << 4;
	return at >= ebda_lowest && at < video_memory ? at : 0;
}

uint32_t base_memory_end()
{
	uint32_t const end = uint32_t{bda_word(bda_base_kib)} << 10;
	return end >= ebda_lowest && end <= video_memory ? end : video_memory;
}

void cpu_list::add(uint8_t apicid)
{
	for (uint32_t i = 0; i < cl_count; i++)
		if (cl_apicids[i] == apicid)
			return;
	if (cl_count == MAXCPU)
		cl_ignored++;
	else
		cl_apicids[cl_count++] = apicid;
}
