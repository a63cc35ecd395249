// SPDX-License-Identifier: BSD-2-Clause
// Names for addresses: lookup in the embedded symbol table, and backtraces made of it.
// Written for Kestrel.
#include <kern/ksyms.hpp>

#include <kern/kassert.hpp>

#include <string.h>

// Bounds of the kernel's code, from linker.ld.
extern "C" char const kernel_text_start[];
extern "C" char const kernel_text_end[];

extern "C" char const kernel_data_start[];

// below: the last symbol at or below `at`; null when there is none.
static ksym const *below(uintptr_t at)
{
	// It lies in [low, high).
	uint32_t low = 0;
	uint32_t high = ksym_count;
	while (high - low > 1) {
		uint32_t const middle = low + (high - low) / 2;
		if (ksym_table[middle].address <= at)
			low = middle;
		else
			high = middle;
	}
	return ksym_count == 0 || ksym_table[low].address > at ? nullptr : &ksym_table[low];
}

char const *ksym_lookup(uintptr_t pc, uint32_t *offset)
{
	if (pc < reinterpret_cast<uintptr_t>(kernel_text_start)
	    || pc >= reinterpret_cast<uintptr_t>(kernel_text_end))
		return nullptr;

	ksym const *const found = below(pc);
	if (found == nullptr)
		return nullptr;
	*offset = static_cast<uint32_t>(pc) - found->address;
	return ksym_strings + found->name;
}

char const *ksym_nearest(uintptr_t at, uint32_t *offset)
{
	constexpr uint32_t farthest = 0x10000;
	if (char const *const name = ksym_lookup(at, offset))
		return name;
	ksym const *const found = below(at);
	if (found == nullptr || at < reinterpret_cast<uintptr_t>(kernel_data_start) ||
	    found->address < reinterpret_cast<uintptr_t>(kernel_data_start) ||
	    at - found->address >= farthest)
		return nullptr;
	*offset = static_cast<uint32_t>(at) - found->address;
	return ksym_strings + found->name;
}

uint32_t ksym_find(char const *name, size_t length, uint32_t *value)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < ksym_count; i++) {
		char const *const known = ksym_strings + ksym_table[i].name;
		if (strncmp(known, name, length) != 0 || known[length] != '\0')
			continue;
		if (count++ == 0)
			*value = ksym_table[i].address;
	}
	return count;
}

void print_backtrace(uintptr_t const *pcs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		// A return address may be the first byte behind a function that does not return.
		uint32_t offset = 0;
		char const *const name = ksym_lookup(pcs[i] - 1, &offset);
		if (name != nullptr)
			printf("#%zu %#zx %s+%#x\n", i, pcs[i], name, offset + 1);
		else
			printf("#%zu %#zx\n", i, pcs[i]);
	}
}
