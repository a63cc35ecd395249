// SPDX-License-Identifier: BSD-2-Clause
// Names for addresses: lookup in the embedded symbol table, and backtraces made of it.
// Written for Kestrel.
#include <kern/ksyms.hpp>

#include <kern/kassert.hpp>

// Bounds of the kernel's code, from linker.ld.
extern "C" char const kernel_text_start[];
extern "C" char const kernel_text_end[];

char const *ksym_lookup(uintptr_t pc, uint32_t *offset)
{
	if (pc < reinterpret_cast<uintptr_t>(kernel_text_start)
	    || pc >= reinterpret_cast<uintptr_t>(kernel_text_end))
		return nullptr;

	// The last symbol at or below pc lies in [low, high).
	uint32_t low = 0;
	uint32_t high = ksym_count;
	while (high - low > 1) {
		uint32_t const middle = low + (high - low) / 2;
		if (ksym_table[middle].address <= pc)
			low = middle;
		else
			high = middle;
	}
	if (ksym_count == 0 || ksym_table[low].address > pc)
		return nullptr;
	*offset = static_cast<uint32_t>(pc) - ksym_table[low].address;
	return ksym_strings + ksym_table[low].name;
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
