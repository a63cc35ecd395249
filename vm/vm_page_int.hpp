// SPDX-License-Identifier: BSD-2-Clause
// Between the two halves of the frame allocator: what start-up hands to the running kernel.
// Written for Kestrel.
#pragma once

#include <vm/vm_page.hpp>

#include <cstdint>
#include <span>

// vm_page_adopt: the frame array, the frame number of its first element, and how many frames of
// memory the machine has. All frames have one reference; start-up then frees the usable ones.
void vm_page_adopt(std::span<vm_page> pages, uint32_t first_frame, uint32_t total);
