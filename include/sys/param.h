// SPDX-License-Identifier: BSD-2-Clause
// Limits and roundings that programs expect under this name.
// Numbers of FreeBSD 5.x on the i386.
#pragma once

#include <sys/types.h>
#include <limits.h>

#define BSD		199506
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1 << PAGE_SHIFT)
#define PAGE_MASK	(PAGE_SIZE - 1)
#define MAXPATHLEN	PATH_MAX
#define MAXCOMLEN	19	// letters of a process name, without the NUL
#define NBBY		8	// bits in a byte

#define howmany(x, y)	(((x) + ((y) - 1)) / (y))
#define roundup2(x, y)	(((x) + ((y) - 1)) & ~((y) - 1))	// y a power of two
#ifndef __cplusplus
#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))
#endif
