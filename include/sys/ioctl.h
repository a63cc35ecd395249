// SPDX-License-Identifier: BSD-2-Clause
// Device control.
// Numbers of FreeBSD.
#pragma once

#include <sys/ioccom.h>

#define TIOCSCTTY	_IO('t', 97)		// becomes the controlling terminal
#define TIOCGPGRP	_IOR('t', 119, int)	// the foreground process group
#define TIOCSPGRP	_IOW('t', 118, int)	// another one

ABI_BEGIN_C
int ioctl(int fd, unsigned long request, ...);
ABI_END_C
