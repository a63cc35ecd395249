// SPDX-License-Identifier: BSD-2-Clause
// What a false assertion does.
// C11 7.2.

#include <assert.h>
#include <stdio.h>

#include "../libc_private.h"

_Noreturn void
__assert(const char *func, const char *file, int line, const char *cond)
{
	char text[256];

	snprintf(text, sizeof(text), "assertion failed: %s, function %s, %s:%d", cond, func,
	    file, line);
	__libc_fatal(text);
}
