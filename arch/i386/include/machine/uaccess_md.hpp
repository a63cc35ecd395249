// SPDX-License-Identifier: BSD-2-Clause
// The assembly that touches user memory, and the table of its instructions that may fault.
// After FreeBSD's pcb_onfault; a table of ranges needs no state in the thread.
#pragma once

#include <cstddef>
#include <cstdint>

// In support.S, with contracts there. User addresses are checked by the caller; results are 0 or
// the number of an Errno.
extern "C" int user_copy(void *to, void const *from, size_t length);
extern "C" int user_copy_string(char *to, char const *from, size_t size, size_t *done);
extern "C" int user_load_word(uint32_t const *from, uint32_t *to);
extern "C" int user_store_word(uint32_t *to, uint32_t value);
extern "C" int user_cas_word(uint32_t *at, uint32_t expected, uint32_t desired, uint32_t *found);

// A fault at [from, past) that cannot be mended goes on at resume.
struct onfault_range final {
	uint32_t from;
	uint32_t past;
	uint32_t resume;
};
extern "C" onfault_range const onfault_table[];
extern "C" onfault_range const onfault_table_end[];

// onfault_resume: where to go on after a fault at `pc`, or 0: that instruction may not fault.
uintptr_t onfault_resume(uintptr_t pc);
