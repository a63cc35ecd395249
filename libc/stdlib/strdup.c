// SPDX-License-Identifier: BSD-2-Clause
// Copies of strings in memory of their own.
// POSIX; apart from the shared string code because it allocates.

#include <stdlib.h>
#include <string.h>

char *
strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
strdup(const char *s)
{
	return strndup(s, strlen(s));
}
