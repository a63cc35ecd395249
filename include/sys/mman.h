// SPDX-License-Identifier: BSD-2-Clause
// Memory mapping.
// Numbers of FreeBSD 5.x.
#pragma once

#include <sys/types.h>

#define PROT_NONE	0x00
#define PROT_READ	0x01
#define PROT_WRITE	0x02
#define PROT_EXEC	0x04	// given with READ: the i386 has no execute bit

#define MAP_SHARED	0x0001
#define MAP_PRIVATE	0x0002	// changes stay with this process
#define MAP_FIXED	0x0010	// exactly at the given address
#define MAP_STACK	0x0400	// for a stack; implies MAP_ANON
#define MAP_ANON	0x1000	// zero-filled memory, no file
#define MAP_ANONYMOUS	MAP_ANON

#define MAP_FAILED	((void *)-1)

ABI_BEGIN_C
// mmap: map len bytes (rounded up to pages) at addr, or near it without MAP_FIXED.
//   result       start of the mapping
//   errors       MAP_FAILED and EINVAL, ENOMEM, EBADF, EACCES, ENODEV
void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t len);
int mprotect(const void *addr, size_t len, int prot);
ABI_END_C
