// SPDX-License-Identifier: BSD-2-Clause
// Layout assertions and linkage brackets for every structure the kernel and user programs share.
// Ours; history trusted its readers to count bytes.
#pragma once

#include <stddef.h>

// ABI_SIZE(type, bytes): the type occupies exactly that many bytes.
// ABI_OFFSET(type, field, bytes): the field starts exactly there.
// Both hold for the i386 only; elsewhere (tests on a 64-bit host) they check nothing.
#if !defined(__i386__)
#define ABI_CHECK(cond, text)	struct abi_unchecked
#elif defined(__cplusplus)
#define ABI_CHECK(cond, text)	static_assert(cond, text)
#else
#define ABI_CHECK(cond, text)	_Static_assert(cond, text)
#endif

#define ABI_SIZE(type, bytes) \
	ABI_CHECK(sizeof(type) == (bytes), "size of " #type " is ABI")
#define ABI_OFFSET(type, field, bytes) \
	ABI_CHECK(offsetof(type, field) == (bytes), "offset of " #field " in " #type " is ABI")

// User prototypes have C linkage in either language.
#if defined(__cplusplus)
#define ABI_BEGIN_C	extern "C" {
#define ABI_END_C	}
#define ABI_NORETURN	[[noreturn]]
#else
#define ABI_BEGIN_C
#define ABI_END_C
#define ABI_NORETURN	_Noreturn
#endif
