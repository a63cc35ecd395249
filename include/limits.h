// SPDX-License-Identifier: BSD-2-Clause
// Limits of the integer types and of the system.
// C11 and POSIX names; system limits of FreeBSD 5.x.
#pragma once

#define CHAR_BIT	8
#define SCHAR_MIN	(-SCHAR_MAX - 1)
#define SCHAR_MAX	__SCHAR_MAX__
#define UCHAR_MAX	(SCHAR_MAX * 2 + 1)
#ifdef __CHAR_UNSIGNED__
#define CHAR_MIN	0
#define CHAR_MAX	UCHAR_MAX
#else
#define CHAR_MIN	SCHAR_MIN
#define CHAR_MAX	SCHAR_MAX
#endif
#define SHRT_MIN	(-SHRT_MAX - 1)
#define SHRT_MAX	__SHRT_MAX__
#define USHRT_MAX	(SHRT_MAX * 2 + 1)
#define INT_MIN		(-INT_MAX - 1)
#define INT_MAX		__INT_MAX__
#define UINT_MAX	(INT_MAX * 2u + 1u)
#define LONG_MIN	(-LONG_MAX - 1L)
#define LONG_MAX	__LONG_MAX__
#define ULONG_MAX	(LONG_MAX * 2ul + 1ul)
#define LLONG_MIN	(-LLONG_MAX - 1LL)
#define LLONG_MAX	__LONG_LONG_MAX__
#define ULLONG_MAX	(LLONG_MAX * 2ull + 1ull)
#define SSIZE_MAX	INT_MAX
#define MB_LEN_MAX	1	// one byte a character

#define ARG_MAX		65536	// bytes of arguments and environment of execve
#define OPEN_MAX	64	// descriptors of a process
#define PATH_MAX	1024	// bytes of a path with its NUL
#define NAME_MAX	255	// bytes of a file name without its NUL
#define PIPE_BUF	512	// a write of so many bytes to a pipe is not split
#define IOV_MAX		1024
