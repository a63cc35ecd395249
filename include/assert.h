// SPDX-License-Identifier: BSD-2-Clause
// Assertions. May be included again with another NDEBUG, so it has no once guard.
// C11 7.2.
#include <sys/abi.h>

#undef assert
#ifdef NDEBUG
#define assert(cond)	((void)0)
#else
#define assert(cond)	((cond) ? (void)0 : __assert(__func__, __FILE__, __LINE__, #cond))
#endif

#if !defined(__cplusplus) && !defined(static_assert)
#define static_assert	_Static_assert
#endif

ABI_BEGIN_C
ABI_NORETURN void __assert(const char *func, const char *file, int line, const char *cond);
ABI_END_C
