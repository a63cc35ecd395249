// SPDX-License-Identifier: BSD-2-Clause
// The BSD names of memory calls. Shared by user programs and the kernel.
// 4.3BSD.

#include <string.h>
#include <strings.h>

void
bcopy(const void *src, void *dst, size_t n)
{
	memmove(dst, src, n);
}

void
bzero(void *dst, size_t n)
{
	memset(dst, 0, n);
}

int
bcmp(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n);
}
