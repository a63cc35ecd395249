// SPDX-License-Identifier: BSD-2-Clause
// Time stamps without a system call.
// Written for Kestrel.
#pragma once

#include <stdint.h>

// stamp: the processor's time stamp counter.
static inline uint64_t
stamp(void)
{
	uint64_t now;

	__asm__ volatile("rdtsc" : "=A"(now));
	return now;
}
