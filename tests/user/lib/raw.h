// SPDX-License-Identifier: BSD-2-Clause
// System calls without the C library: every word in, every word out, and no errno.
// Written for Kestrel; convention of FreeBSD on the i386.
#pragma once

#include <stdint.h>
#include <sys/syscall.h>

#define RAW_WORDS	8	// argument words of a call, at most

// What a call leaves behind.
struct raw_result {
	uint32_t	eax, edx;
	uint32_t	eflags;
	uint32_t	kept;	// 1: ebx, ecx, esi, edi and ebp are as they were
};
#define RAW_CARRY	1u	// of eflags: the call failed, eax is the error number

// raw_call: int $0x80 with this number, the argument words on the stack above a return address, and
// edx as given; the carry flag before the call is bit 0 of edx. RAW_OLDER_GATE in edx: by lcall.
#define RAW_OLDER_GATE	2u
void raw_call(struct raw_result *result, uint32_t number, const uint32_t words[RAW_WORDS],
    uint32_t edx);

// raw_words: the same; eax, or the negative error number.
int32_t raw_words(uint32_t number, const uint32_t words[RAW_WORDS]);
// RAW: with the words written out; missing ones are 0. W turns anything into a word.
#define W(x)			((uint32_t)(uintptr_t)(x))
#define RAW(number, ...)	raw_words((number), (const uint32_t[RAW_WORDS]){ __VA_ARGS__ })
#define RAW0(number)		RAW((number), 0)

// raw_pipe: pipe(2); 0, or the negative error number.
int32_t raw_pipe(int fds[2]);
