// SPDX-License-Identifier: BSD-2-Clause
// strtok, which remembers where it stopped.
// C11 7.24.5.8; apart from the shared string code because it has state.

#include <string.h>

char *
strtok(char *s, const char *sep)
{
	static char *last;

	return strtok_r(s, sep, &last);
}
