// SPDX-License-Identifier: BSD-2-Clause
// Functions to call at exit, last registered first.
// C11 7.22.4.2, and __cxa_atexit of the C++ ABI.

#include <errno.h>
#include <stdlib.h>

#include "../libc_private.h"

#define ATEXIT_MAX	64	// C11 asks for 32

static struct {
	void	(*func)(void *);	// takes arg, or none if plain
	void	*arg;
	int	plain;
} table[ATEXIT_MAX];
static int count;
static libc_lock lock;

void *__dso_handle;	// the C++ ABI's name for this program
int __cxa_atexit(void (*func)(void *), void *arg, void *dso);

static int
add(void (*func)(void *), void *arg, int plain)
{
	int slot;

	__libc_acquire(&lock);
	slot = count < ATEXIT_MAX ? count++ : -1;
	if (slot >= 0) {
		table[slot].func = func;
		table[slot].arg = arg;
		table[slot].plain = plain;
	}
	__libc_release(&lock);
	if (slot >= 0)
		return 0;
	errno = ENOMEM;
	return -1;
}

int
atexit(void (*func)(void))
{
	return add((void (*)(void *))(void (*)(void))func, NULL, 1);
}

int
__cxa_atexit(void (*func)(void *), void *arg, void *dso)
{
	(void)dso;
	return add(func, arg, 0);
}

// A function may register others: they run next.
void
__run_atexit(void)
{
	while (count > 0) {
		count--;
		if (table[count].plain)
			((void (*)(void))table[count].func)();
		else
			table[count].func(table[count].arg);
	}
}
