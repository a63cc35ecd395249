/* SPDX-License-Identifier: BSD-2-Clause */
/* The signal trampoline: runs in user mode, in a page that exec puts into every program. */
/* After FreeBSD's sigcode in sys/i386/i386/locore.s. */

#include <machine/assym.h>

	.section .rodata
/*
 * sigcode: where sendsig makes a thread go on.
 *	in	esp = struct sigframe, a multiple of 16: four arguments of the handler, its address
 *	out	sigreturn(&sf_uc) does not return; when it fails the context was spoilt, and
 *		hlt, which user mode may not use, ends the program
 */
	.globl	sigcode, esigcode
sigcode:
	call	*SF_AHU(%esp)
	leal	SF_UC(%esp), %eax
	pushl	%eax
	pushl	%eax			/* in the place of a return address */
	movl	$SYS_SIGRETURN, %eax
	int	$IDT_SYSCALL
	hlt
esigcode:

	.section .note.GNU-stack, "", @progbits
