// SPDX-License-Identifier: BSD-2-Clause
// What a Multiboot 1 loader leaves in memory for the kernel.
// After the Multiboot specification 0.6.96.
#pragma once

#include <cstddef>
#include <cstdint>

inline constexpr uint32_t multiboot_loaded = 0x2badb002;        // in eax at the entry

enum multiboot_flag : uint32_t {
	MULTIBOOT_MEMORY = 0x001,       // mem_lower, mem_upper
	MULTIBOOT_CMDLINE = 0x004,
	MULTIBOOT_MODULES = 0x008,
	MULTIBOOT_MMAP = 0x040,
};

// Addresses are physical. Fields past those used here are left out.
struct multiboot_info final {
	uint32_t flags;                 // which of the rest are valid
	uint32_t mem_lower;             // KiB from 0
	uint32_t mem_upper;             // KiB from 1 MiB
	uint32_t boot_device;
	uint32_t cmdline;               // string
	uint32_t mods_count;
	uint32_t mods_addr;             // array of multiboot_module
	uint32_t syms[4];
	uint32_t mmap_length;           // bytes
	uint32_t mmap_addr;             // records of multiboot_mmap, each `size` + 4 bytes long
};
static_assert(offsetof(multiboot_info, mmap_addr) == 48);

struct multiboot_module final {
	uint32_t mod_start;             // first byte
	uint32_t mod_end;               // past the last
	uint32_t string;
	uint32_t reserved;
};
static_assert(sizeof(multiboot_module) == 16);

struct [[gnu::packed]] multiboot_mmap final {
	uint32_t size;                  // bytes that follow this word
	uint64_t addr;
	uint64_t len;
	uint32_t type;                  // 1: memory
};
static_assert(sizeof(multiboot_mmap) == 24);
inline constexpr uint32_t multiboot_mmap_memory = 1;
