// SPDX-License-Identifier: BSD-2-Clause
// The end of the data segment.
// 4.4BSD brk(2); the kernel's call is break, which does not tell the end, so it is kept here.

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "../libc_private.h"

extern char _end[];	// from the linker

static uintptr_t current = (uintptr_t)_end;
static libc_lock lock;

// set: the lock is held.
static int
set(uintptr_t end)
{
	if (end < (uintptr_t)_end) {
		errno = EINVAL;
		return -1;
	}
	if (__sys_break((const void *)end) != 0)
		return -1;
	current = end;
	return 0;
}

int
brk(const void *end)
{
	int error;

	__libc_acquire(&lock);
	error = set((uintptr_t)end);
	__libc_release(&lock);
	return error;
}

void *
sbrk(intptr_t increment)
{
	uintptr_t old;
	int error;

	__libc_acquire(&lock);
	old = current;
	error = increment != 0 ? set(old + (uintptr_t)increment) : 0;
	__libc_release(&lock);
	return error == 0 ? (void *)old : (void *)-1;
}
