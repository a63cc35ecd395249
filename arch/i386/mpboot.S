/* SPDX-License-Identifier: BSD-2-Clause */
/* First code of every CPU but the boot CPU: from real mode to C++ on its idle thread's stack. */
/* After FreeBSD 5.0 i386/i386/mpboot.s. */

#include <machine/assym.h>

#define CPUID_PSE	0x008
#define CR4_PSE		0x010
#define CR0_PE		0x00000001
#define CR0_PG_WP	0x80010000

/* Physical address of a symbol that is linked high, and of one of the copied code. */
#define PHYS(symbol)	((symbol) - KERNBASE)
#define COPY(symbol)	(MPBOOT_PHYS + (symbol) - mpboot_start)

	.cfi_sections .debug_frame
	.text
/*
 * mpboot_start..mpboot_end: copied to physical MPBOOT_PHYS, below 1 MiB, where a startup interrupt
 * makes a CPU begin. One CPU at a time runs it.
 *	in	real mode, cs:ip = MPBOOT_PHYS >> 4 : 0, interrupts off, no stack
 *	out	at mpboot_high, paging on
 * The page tables are those of locore.S, which show memory both where it is and at KERNBASE.
 */
	.globl	mpboot_start, mpboot_end
	.code16
mpboot_start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	COPY(mpboot_gdtr)
	movl	%cr0, %eax
	orl	$CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$KCSEL, $COPY(mpboot_flat)

	.code32
mpboot_flat:
	movl	$KDSEL, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$1, %eax
	cpuid
	testl	$CPUID_PSE, %edx
	jz	1f
	movl	%cr4, %eax
	orl	$CR4_PSE, %eax
	movl	%eax, %cr4
1:	movl	$PHYS(boot_pgdir), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$CR0_PG_WP, %eax
	movl	%eax, %cr0
	movl	$mpboot_high, %eax
	jmp	*%eax

/* Flat segments, until the CPU has its own table. */
	.balign	8
mpboot_gdt:
	.quad	0
	.quad	0x00cf9a000000ffff	/* KCSEL */
	.quad	0x00cf92000000ffff	/* KDSEL */
mpboot_gdtr:
	.word	mpboot_gdtr - mpboot_gdt - 1
	.long	COPY(mpboot_gdt)
mpboot_end:

/*
 * mpboot_high: at the linked address. The boot CPU has set mpboot_cr3, mpboot_stack and mpboot_cpu
 * for us, and waits. The stack, in the kernel arena, is there on the kernel's tables only; ebp 0
 * ends every backtrace here.
 */
mpboot_high:
	.cfi_startproc
	.cfi_undefined eip
	movl	mpboot_cr3, %eax
	movl	%eax, %cr3
	movl	mpboot_stack, %esp
	xorl	%ebp, %ebp
	pushl	$0
	popfl
	pushl	mpboot_cpu
	call	mp_ap_main
	ud2				/* mp_ap_main does not return */
	.cfi_endproc
