// SPDX-License-Identifier: BSD-2-Clause
// Kernel memory of any size, and the words by which every allocator is told how hard to try.
// After malloc(9) of FreeBSD 5.0; one family of zones by power of two, no malloc types.
#pragma once

#include <cstddef>
#include <cstdint>

// How an allocation behaves. Exactly one of the first two.
enum malloc_flags : uint32_t {
	M_NOWAIT = 0x0001,      // return null rather than sleep
	M_WAITOK = 0x0002,      // sleep until memory is there; never null; no lock held but Giant
	M_ZERO = 0x0100,        // fill with zeroes
};

// kmalloc: `size` bytes aligned for any scalar, or null (M_NOWAIT only). Blocks of up to 64 KiB;
// asking for more is a bug. No spin lock held. A size of 0 gives the smallest block.
[[nodiscard]] void *kmalloc(size_t size, uint32_t flags);

// kfree: gives back what kmalloc returned; null is ignored. No spin lock held.
void kfree(void *block);
