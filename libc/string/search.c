// SPDX-License-Identifier: BSD-2-Clause
// Finding bytes and strings. Shared by user programs and the kernel.
// C11 7.24 and BSD names.

#include <string.h>
#include <strings.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns")

void *
memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n > 0; n--, p++) {
		if (*p == (unsigned char)c)
			return (void *)p;
	}
	return NULL;
}

void *
memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n-- > 0) {
		if (p[n] == (unsigned char)c)
			return (void *)(p + n);
	}
	return NULL;
}

void *
memmem(const void *hay, size_t haylen, const void *needle, size_t len)
{
	const char *p = hay;

	for (; haylen >= len; haylen--, p++) {
		if (memcmp(p, needle, len) == 0)
			return (void *)p;
	}
	return NULL;
}

char *
strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (*s == '\0')
			return NULL;
	}
}

char *
strrchr(const char *s, int c)
{
	return memrchr(s, c, strlen(s) + 1);
}

char *
index(const char *s, int c)
{
	return strchr(s, c);
}

char *
rindex(const char *s, int c)
{
	return strrchr(s, c);
}

char *
strstr(const char *hay, const char *needle)
{
	return memmem(hay, strlen(hay), needle, strlen(needle));
}

size_t
strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(accept, s[n]) != NULL)
		n++;
	return n;
}

size_t
strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	// The NUL of s is found in reject too: it has one of its own.
	while (strchr(reject, s[n]) == NULL)
		n++;
	return n;
}

char *
strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s != '\0' ? (char *)s : NULL;
}

int
ffs(int mask)
{
	return __builtin_ffs(mask);
}
