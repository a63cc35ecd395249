// SPDX-License-Identifier: BSD-2-Clause
// Order of strings. Shared by user programs and the kernel.
// C11 7.24; letters' case after 4.4BSD.

#include <string.h>
#include <strings.h>

int
strcmp(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (*a == '\0')
			break;
	}
	return 0;
}

int
strcoll(const char *a, const char *b)
{
	return strcmp(a, b);
}

size_t
strxfrm(char *dst, const char *src, size_t n)
{
	return strlcpy(dst, src, n);
}

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

int
strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++) {
		if (lower(*a) != lower(*b))
			return lower(*a) - lower(*b);
		if (*a == '\0')
			break;
	}
	return 0;
}

int
strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, (size_t)-1);
}
