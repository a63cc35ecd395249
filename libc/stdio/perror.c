// SPDX-License-Identifier: BSD-2-Clause
// perror: a message and the reason of the last error.
// C11 7.21.10.4.

#include <errno.h>
#include <string.h>

#include "stdio_private.h"

void
perror(const char *what)
{
	const char *reason = strerror(errno);

	if (what != NULL && *what != '\0')
		fprintf(stderr, "%s: %s\n", what, reason);
	else
		fprintf(stderr, "%s\n", reason);
}
