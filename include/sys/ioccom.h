// SPDX-License-Identifier: BSD-2-Clause
// The number of a device control request: direction, size of its data, group and number.
// Encoding of FreeBSD.
#pragma once

#include <sys/types.h>

#define IOCPARM_MASK	0x1fff		// size of the data, at bit 16
#define IOC_VOID	0x20000000u	// no data
#define IOC_OUT		0x40000000u	// the kernel writes it
#define IOC_IN		0x80000000u	// the kernel reads it

#define _IOC(dir, group, num, len) \
	((dir) | (((len) & IOCPARM_MASK) << 16) | ((group) << 8) | (num))
#define _IO(g, n)	_IOC(IOC_VOID, (g), (n), 0)
#define _IOR(g, n, t)	_IOC(IOC_OUT, (g), (n), sizeof(t))
#define _IOW(g, n, t)	_IOC(IOC_IN, (g), (n), sizeof(t))
