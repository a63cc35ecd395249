/* SPDX-License-Identifier: BSD-2-Clause */
/* The only numbers that assembly may know; assym_check.cpp ties each to its C++ source. */
/* After FreeBSD's generated assym.s; plain defines here, so that grep finds them. */
#pragma once

/* struct pcpu, at %fs:0 */
#define PC_CURTHREAD	4
#define PC_CURPCB	8

/* struct pcb */
#define PCB_EDI		0
#define PCB_ESI		4
#define PCB_EBP		8
#define PCB_ESP		12
#define PCB_EBX		16
#define PCB_EIP		20
#define PCB_GS		24
#define PCB_SIZE	560

/* struct trapframe */
#define TF_FS		0
#define TF_TRAPNO	44
#define TF_ERR		48
#define TF_CS		56
#define TF_SIZE		72

/* struct sigframe, and what its trampoline calls */
#define SF_AHU		16
#define SF_UC		32
#define SYS_SIGRETURN	417

/* segments */
#define KCSEL		0x08
#define KDSEL		0x10
#define KPSEL		0x18
#define SEL_RPL_MASK	3

/* vectors and trap numbers that the entry code makes up itself */
#define IDT_IRQ0	0x20
#define IDT_INTR_END	0x40
#define IDT_SYSCALL	0x80
#define INTR_STUB_SIZE	16
/* bytes of the instructions that call the system, int $0x80 and lcall $7,$0 */
#define INT0X80_SIZE	2
#define LCALL_SIZE	7

/* memory map and first stack */
#define KERNBASE	0xC0000000
#define BOOT_MAP_BYTES	0x30000000	/* most that the boot tables show, with 4 MiB pages */
#define MPBOOT_PHYS	0x8000		/* page where other CPUs start; nothing else uses it */
#define BOOT_SMALL_TABLES 4		/* page tables, 4 MiB each, without them */
#define KSTACK_BYTES	8192
#define PCB_FRAME_GAP	16
#define EFAULT		14
#define ENAMETOOLONG	63

/* Classes of events whose calls assembly makes. */
#define KTR_INTR	0x00000040
#define KTR_SYSC	0x00000800
#define KTR_TRAP	0x00010000
#define KTR_SCHED	0x20000000

#ifdef __ASSEMBLER__
/* KTR_CALL: calls the second function instead of the first while the class is recorded. */
#define KTR_CALL(off, on, classes) \
	99: call off; \
	.pushsection set_ktr_site, "a", @progbits; \
	.long 99b, off, on, classes; \
	.popsection
#endif
