// SPDX-License-Identifier: BSD-2-Clause
// Cutting strings at separators. Shared by user programs and the kernel.
// C11 strtok, POSIX strtok_r, 4.4BSD strsep.

#include <string.h>

char *
strsep(char **s, const char *sep)
{
	char *token = *s;

	if (token == NULL)
		return NULL;
	*s = strpbrk(token, sep);
	if (*s != NULL)
		*(*s)++ = '\0';
	return token;
}

char *
strtok_r(char *s, const char *sep, char **last)
{
	if (s == NULL)
		s = *last;
	if (s == NULL)
		return NULL;
	s += strspn(s, sep);
	if (*s == '\0') {
		*last = NULL;
		return NULL;
	}
	*last = s;
	return strsep(last, sep);
}
