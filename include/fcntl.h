// SPDX-License-Identifier: BSD-2-Clause
// Opening and controlling descriptors.
// POSIX names; numbers in sys/fcntl.h.
#pragma once

#include <sys/fcntl.h>

ABI_BEGIN_C
// open: the optional argument is the mode of a file made with O_CREAT.
int open(const char *path, int flags, ...);
int fcntl(int fd, int command, ...);
ABI_END_C
