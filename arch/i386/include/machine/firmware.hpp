// SPDX-License-Identifier: BSD-2-Clause
// What the firmware says about the machine: a safe look at its tables, and the CPUs they list.
// Written for Kestrel after the ACPI 2.0 and Intel MultiProcessor 1.4 specifications.
#pragma once

#include <machine/pcpu.hpp>
#include <vm/vm.hpp>

#include <cstddef>
#include <cstdint>

#include <string.h>

// phys_view: physical memory of any kind, mapped for as long as the object lives. Firmware tables
// lie anywhere, also beyond the direct map, and misaligned: they are read by copy, within bounds.
class phys_view final {
public:
	phys_view(paddr at, size_t size);
	~phys_view();
	phys_view(phys_view const &) = delete;
	phys_view &operator=(phys_view const &) = delete;

	size_t size() const { return size_; }

	// read: the structure at `offset`; false, and nothing stored, when it does not fit.
	template <class One>
	bool read(size_t offset, One &to) const
	{
		if (offset > size_ || size_ - offset < sizeof to)
			return false;
		memcpy(&to, data_ + offset, sizeof to);
		return true;
	}

	// sums_to_zero: whether the checksum of the first `length` bytes is right.
	bool sums_to_zero(size_t length) const;

private:
	char const *data_;
	size_t      size_;
};

// table_most: bytes of the largest firmware table that is believed.
inline constexpr size_t table_most = 64 * 1024;

// range_exists: [at, at + size) does not wrap, so that it can be mapped.
constexpr bool range_exists(uint32_t at, size_t size)
{
	return at != 0 && size <= UINT32_MAX - at;
}

// bios_find: physical address of a structure of `length` bytes in [start, end) of the first MiB
// that begins with `signature`, lies on a 16-byte boundary and sums to zero; 0: there is none.
uint32_t bios_find(char const *signature, size_t length, uint32_t start, uint32_t end);

// ebda_start: the extended BIOS data area, or 0.
uint32_t ebda_start();
// base_memory_end: end of the memory below 640 KiB that the firmware leaves to us.
uint32_t base_memory_end();

// cpu_list: the CPUs that a table names as usable, by the numbers of their local APICs.
struct cpu_list final {
	uint8_t  cl_apicids[MAXCPU];
	uint32_t cl_count;
	uint32_t cl_ignored;            // those beyond MAXCPU

	// add: one more, unless it is known.
	void add(uint8_t apicid);
};

// acpi_find_cpus: from ACPI's MADT. mptable_find_cpus: from the MultiProcessor table, which lists
// one CPU of each package. False when there is no sound table. After the kernel arena works.
bool acpi_find_cpus(cpu_list &cpus);
bool mptable_find_cpus(cpu_list &cpus);
