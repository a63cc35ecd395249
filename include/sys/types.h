// SPDX-License-Identifier: BSD-2-Clause
// The basic scalar types of the system interface.
// Widths and signs as FreeBSD 5.x on the i386.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/abi.h>

typedef unsigned char	u_char;
typedef unsigned short	u_short;
typedef unsigned int	u_int;
typedef unsigned long	u_long;
typedef unsigned short	ushort;
typedef unsigned int	uint;

typedef uint8_t		u_int8_t;
typedef uint16_t	u_int16_t;
typedef uint32_t	u_int32_t;
typedef uint64_t	u_int64_t;
typedef int64_t		quad_t;
typedef uint64_t	u_quad_t;

typedef char		*caddr_t;
typedef int		ssize_t;
typedef int		register_t;	// one machine register
typedef int64_t		off_t;		// file position, bytes
typedef int32_t		pid_t;
typedef int32_t		lwpid_t;	// kernel thread id, unique in the system
typedef uint32_t	uid_t;
typedef uint32_t	gid_t;
typedef int64_t		id_t;
typedef uint32_t	dev_t;
typedef uint32_t	ino_t;
typedef uint16_t	mode_t;
typedef uint16_t	nlink_t;
typedef uint32_t	blksize_t;
typedef int64_t		blkcnt_t;	// in units of 512 bytes
typedef uint32_t	fflags_t;
typedef int32_t		time_t;		// seconds since 1970-01-01 UTC
typedef long		suseconds_t;	// microseconds
typedef unsigned int	useconds_t;
typedef unsigned long	clock_t;
typedef int		clockid_t;
typedef long		key_t;
typedef int64_t		rlim_t;

ABI_SIZE(off_t, 8);
ABI_SIZE(time_t, 4);
ABI_SIZE(mode_t, 2);
ABI_SIZE(ssize_t, 4);
ABI_SIZE(register_t, 4);
