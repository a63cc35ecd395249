// SPDX-License-Identifier: BSD-2-Clause
// Bits of the processor flags register.
// Names of FreeBSD 5.x; bits of the i386.
#pragma once

#define PSL_C		0x00000001	// carry: a system call failed
#define PSL_PF		0x00000004	// parity
#define PSL_AF		0x00000010	// half carry
#define PSL_Z		0x00000040	// zero
#define PSL_N		0x00000080	// negative
#define PSL_T		0x00000100	// trap after each instruction
#define PSL_I		0x00000200	// interrupts enabled
#define PSL_D		0x00000400	// string direction: down
#define PSL_V		0x00000800	// overflow
#define PSL_IOPL	0x00003000	// I/O privilege level
#define PSL_NT		0x00004000	// nested task
#define PSL_RF		0x00010000	// resume: skip one debug fault
#define PSL_VM		0x00020000	// virtual 8086 mode
#define PSL_AC		0x00040000	// alignment check
#define PSL_VIF		0x00080000
#define PSL_VIP		0x00100000
#define PSL_ID		0x00200000	// cpuid present

#define PSL_MBO		0x00000002	// bit that reads as one
#define PSL_USER	(PSL_MBO | PSL_I)	// start of a user program
#define PSL_KERNEL	PSL_MBO		// start of a kernel thread, interrupts off
// What a user context may change of the flags; the rest is the kernel's.
#define PSL_USERCHANGE	(PSL_C | PSL_PF | PSL_AF | PSL_Z | PSL_N | PSL_T | PSL_D | PSL_V | \
			 PSL_NT | PSL_RF | PSL_AC | PSL_ID)
