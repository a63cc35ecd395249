// SPDX-License-Identifier: BSD-2-Clause
// Between the two halves of the frame allocator: what start-up hands to the running kernel.
// Written for Kestrel.
#pragma once

#include <vm/vm_page.hpp>

#include <cstdint>
#include <span>

// vm_page_adopt: the frame array, not yet constructed, the frame number of its first element, and
// how many frames of memory the machine has.
void vm_page_adopt(std::span<vm_page> pages, uint32_t first_frame, uint32_t total);

// vm_page_adopt_run: constructs the frames [first, past): free ones, the lowest of which will be
// allocated first, or such as nobody ever gets. Each frame of the array once, from the top down.
enum class frame_use { free, reserved };
void vm_page_adopt_run(uint32_t first, uint32_t past, frame_use use);
