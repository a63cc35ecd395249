// SPDX-License-Identifier: BSD-2-Clause
// Leaving without flushing streams.
// C11 7.22.4.3 and 7.22.4.7.

#include <errno.h>
#include <stdlib.h>

#include "../libc_private.h"

#define QUICK_MAX	32	// C11 asks for 32

static void (*table[QUICK_MAX])(void);
static int count;
static libc_lock lock;

int
at_quick_exit(void (*func)(void))
{
	int ok;

	__libc_acquire(&lock);
	ok = count < QUICK_MAX;
	if (ok)
		table[count++] = func;
	__libc_release(&lock);
	if (!ok)
		errno = ENOMEM;
	return ok ? 0 : -1;
}

_Noreturn void
quick_exit(int status)
{
	while (count > 0)
		table[--count]();
	_Exit(status);
}
