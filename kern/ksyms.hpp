// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own symbol table, embedded by the second link.
// Written for Kestrel; the table is made by scripts/ksyms.
#pragma once

#include <cstddef>
#include <cstdint>

struct ksym final {
	uint32_t address;
	uint32_t name;          // offset into ksym_strings
};

// Functions and variables, sorted by address. The first link has an empty table.
extern "C" ksym const ksym_table[];
extern "C" uint32_t const ksym_count;
extern "C" char const ksym_strings[];

// ksym_lookup: the function around `pc`, its name (demangled as far as the table was), and *offset
// into it; null when pc is outside the kernel's text.
char const *ksym_lookup(uintptr_t pc, uint32_t *offset);
// ksym_nearest: the same for variables too, where one begins less than 64 KiB below.
char const *ksym_nearest(uintptr_t at, uint32_t *offset);
// ksym_find: how many functions and variables have that name, of `length` letters; the address of
// the first into *value.
uint32_t ksym_find(char const *name, size_t length, uint32_t *value);
// print_backtrace: one line for each return address: `#3 0xc0101234 mi_switch+0x40`.
void print_backtrace(uintptr_t const *pcs, size_t count);
