// SPDX-License-Identifier: BSD-2-Clause
// Blocks of memory: copy, move, fill, compare. Shared by user programs and the kernel.
// C11 7.24; the copies are the processor's own string instructions.

#include <string.h>

#include <stdint.h>

// Loops here must not be compiled into calls of the functions that they are.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

typedef uint32_t __attribute__((__may_alias__, __aligned__(1))) word_t;

// The direction flag is clear at every function entry (i386 ABI).
void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	void *d = dst;
	size_t words = n / sizeof(word_t);
	size_t bytes = n % sizeof(word_t);

	__asm__ volatile("rep movsl" : "+D"(d), "+S"(src), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(bytes) : : "memory");
	return dst;
}

void *
memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	// Below src, or beyond its end (the subtraction wraps): upward is safe.
	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dst, src, n);
	for (; n >= sizeof(word_t); n -= sizeof(word_t))
		*(word_t *)(void *)(d + n - sizeof(word_t)) =
		    *(const word_t *)(const void *)(s + n - sizeof(word_t));
	while (n-- > 0)
		d[n] = s[n];
	return dst;
}

void *
memset(void *dst, int c, size_t n)
{
	void *d = dst;
	uint32_t fill = (unsigned char)c * 0x01010101u;
	size_t words = n / sizeof(word_t);
	size_t bytes = n % sizeof(word_t);

	__asm__ volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(fill) : "memory");
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(bytes) : "a"(fill) : "memory");
	return dst;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	while (n >= sizeof(word_t) && *(const word_t *)(const void *)p ==
	    *(const word_t *)(const void *)q) {
		p += sizeof(word_t);
		q += sizeof(word_t);
		n -= sizeof(word_t);
	}
	for (; n > 0; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}
