/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel trace: a slot in the ring, at the cost of one register to who asks for it. */
/* Written for Kestrel. */

/*
 * ktr_slot_REG(): ktr_reserve() whose result is in REG, one of those that a compiler may choose.
 *
 *	stack	esp  return address
 *	out	REG = the slot
 *	clobber	flags alone: the caller is compiled as if nothing were called
 */
	.macro	SLOT reg, keep:vararg
	.globl	ktr_slot_\reg
ktr_slot_\reg:
	.irp	kept, \keep
	pushl	%\kept
	.endr
	call	ktr_reserve
	.ifnc	\reg, eax
	movl	%eax, %\reg
	.endif
	SLOT_RESTORE \keep
	ret
	.endm

	.macro	SLOT_RESTORE first, rest:vararg
	.ifnb	\rest
	SLOT_RESTORE \rest
	.endif
	popl	%\first
	.endm

	.text
	SLOT	eax, ecx, edx
	SLOT	ecx, eax, edx
	SLOT	edx, eax, ecx
	SLOT	ebx, eax, ecx, edx
	SLOT	esi, eax, ecx, edx
	SLOT	edi, eax, ecx, edx
	SLOT	ebp, eax, ecx, edx
