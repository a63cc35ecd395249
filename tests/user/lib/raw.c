// SPDX-License-Identifier: BSD-2-Clause
// System calls without the C library.
// Written for Kestrel.
#include "raw.h"

int32_t
raw_words(uint32_t number, const uint32_t words[RAW_WORDS])
{
	struct raw_result r;

	raw_call(&r, number, words, 0);
	return (r.eflags & RAW_CARRY) != 0 ? -(int32_t)r.eax : (int32_t)r.eax;
}

int32_t
raw_pipe(int fds[2])
{
	static const uint32_t none[RAW_WORDS];
	struct raw_result r;

	raw_call(&r, SYS_pipe, none, 0);
	if ((r.eflags & RAW_CARRY) != 0)
		return -(int32_t)r.eax;
	fds[0] = (int)r.eax;
	fds[1] = (int)r.edx;
	return 0;
}
