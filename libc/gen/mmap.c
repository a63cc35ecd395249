// SPDX-License-Identifier: BSD-2-Clause
// Calls whose 64-bit offset the kernel wants behind a pad word.
// FreeBSD's argument order of mmap and lseek.

#include <sys/mman.h>
#include <unistd.h>

#include "../libc_private.h"

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	return __sys_mmap(addr, len, prot, flags, fd, 0, offset);
}

off_t
lseek(int fd, off_t offset, int whence)
{
	return __sys_lseek(fd, 0, offset, whence);
}
