// SPDX-License-Identifier: BSD-2-Clause
// Names and types of the system's variables.
// Numbers of FreeBSD 5.x; the meta names under 0 are what sysctl(8) walks the tree with.
#pragma once

#include <sys/types.h>

#define CTL_MAXNAME	12	// numbers in a name, at most
#define CTL_MAXSTR	128	// bytes of a dotted name with its NUL, at most

// Type of a variable: the low four bits of its kind.
#define CTLTYPE		0xf
#define CTLTYPE_NODE	1	// has children
#define CTLTYPE_INT	2
#define CTLTYPE_STRING	3
#define CTLTYPE_QUAD	4	// int64_t
#define CTLTYPE_OPAQUE	5	// structure or array
#define CTLTYPE_STRUCT	CTLTYPE_OPAQUE
#define CTLTYPE_UINT	6
#define CTLTYPE_LONG	7
#define CTLTYPE_ULONG	8
#define CTLTYPE_PROC	9	// a node whose handler reads the rest of the name

#define CTLFLAG_RD	0x80000000u
#define CTLFLAG_WR	0x40000000u
#define CTLFLAG_RW	(CTLFLAG_RD | CTLFLAG_WR)
#define CTLFLAG_TUN	0x00080000u	// may be set on the kernel's command line

// Meta variables: the name {0, x} followed by the numbers of another variable.
#define CTL_SYSCTL		0
#define CTL_SYSCTL_DEBUG	0
#define CTL_SYSCTL_NAME		1	// dotted name of it
#define CTL_SYSCTL_NEXT		2	// numbers of the next readable one in tree order
#define CTL_SYSCTL_NAME2OID	3	// numbers of the dotted name given as new value
#define CTL_SYSCTL_OIDFMT	4	// unsigned kind, then a format string: "I", "A", "Q"...
#define CTL_SYSCTL_OIDDESCR	5	// one line of description

// Top-level names.
#define CTL_KERN	1
#define CTL_VM		2
#define CTL_VFS		3
#define CTL_NET		4
#define CTL_DEBUG	5
#define CTL_HW		6
#define CTL_MACHDEP	7
#define CTL_USER	8

// Under CTL_KERN.
#define KERN_OSTYPE	1	// string
#define KERN_OSRELEASE	2	// string
#define KERN_OSREV	3	// int
#define KERN_VERSION	4	// string
#define KERN_MAXPROC	6	// int
#define KERN_HOSTNAME	10	// string
#define KERN_CLOCKRATE	12	// struct clockinfo
#define KERN_PROC	14	// node, see sys/user.h
#define KERN_BOOTTIME	21	// struct timeval

// Under CTL_HW.
#define HW_MACHINE	1	// string
#define HW_MODEL	2	// string
#define HW_NCPU		3	// int
#define HW_PHYSMEM	5	// unsigned long, bytes
#define HW_PAGESIZE	7	// int

ABI_BEGIN_C
// sysctl: read and write the variable of a numeric name.
//   oldp, oldlenp  buffer and its size in bytes, or NULL; *oldlenp becomes the size used, or with
//                  oldp NULL the size needed
//   newp, newlen   new value, or NULL and 0
//   errors         ENOENT no such name; ENOMEM buffer too short (filled as far as it goes);
//                  EPERM read-only; EINVAL, EISDIR, ENOTDIR, EFAULT
int sysctl(const int *name, unsigned int namelen, void *oldp, size_t *oldlenp,
    const void *newp, size_t newlen);
// sysctlbyname: the same by dotted name.
int sysctlbyname(const char *name, void *oldp, size_t *oldlenp, const void *newp, size_t newlen);
// sysctlnametomib: numbers of a dotted name; *sizep holds room, then count.
int sysctlnametomib(const char *name, int *mibp, size_t *sizep);
ABI_END_C
