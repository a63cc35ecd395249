// SPDX-License-Identifier: BSD-2-Clause
// The current directory.
// POSIX; allocates as 4.4BSD's if there is no buffer.

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "../libc_private.h"

char *
getcwd(char *buf, size_t size)
{
	char *p = buf;

	if (buf != NULL && size == 0) {
		errno = EINVAL;
		return NULL;
	}
	if (p == NULL) {
		if (size == 0)
			size = PATH_MAX;
		p = malloc(size);
		if (p == NULL)
			return NULL;
	}
	if (__sys___getcwd(p, size) >= 0)
		return p;
	if (buf == NULL)
		free(p);
	return NULL;
}
