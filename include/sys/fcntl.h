// SPDX-License-Identifier: BSD-2-Clause
// Flags of open and fcntl.
// Numbers of FreeBSD 5.x.
#pragma once

#include <sys/types.h>

#define O_RDONLY	0x0000
#define O_WRONLY	0x0001
#define O_RDWR		0x0002
#define O_ACCMODE	0x0003
#define O_NONBLOCK	0x0004
#define O_APPEND	0x0008
#define O_SHLOCK	0x0010
#define O_EXLOCK	0x0020
#define O_ASYNC		0x0040
#define O_FSYNC		0x0080
#define O_NOFOLLOW	0x0100
#define O_CREAT		0x0200
#define O_TRUNC		0x0400
#define O_EXCL		0x0800
#define O_NOCTTY	0x8000

#define F_DUPFD		0	// duplicate to the lowest free descriptor not below arg
#define F_GETFD		1	// descriptor flags
#define F_SETFD		2
#define F_GETFL		3	// open flags
#define F_SETFL		4
#define FD_CLOEXEC	1	// closed by a successful execve

// Third argument of lseek.
#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
