// SPDX-License-Identifier: BSD-2-Clause
// Context switch of the tests' scheduler, on bare offsets of a thread mailbox.
// Written for Kestrel; layout of October 2002.

	.data
	.balign	4
	.globl	ru_fxsr
ru_fxsr:
	.long	0
mxcsr_default:
	.long	0x1f80

	.text
// _Noreturn void ru_switch(uint32_t *tm, uint32_t *slot): km_curthread NULL on entry, stored last.
	.globl	ru_switch
	.type	ru_switch, @function
ru_switch:
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	cmpl	$0x20000, 104(%ecx)	// mc_ownedfp: nobody
	je	2f
	cmpl	$0x10002, 100(%ecx)	// mc_fpformat: fxsave
	jne	1f
	fxrstor	112(%ecx)
	jmp	3f
1:	cmpl	$0x10001, 100(%ecx)	// fnsave
	jne	2f
	frstor	112(%ecx)
	jmp	3f
2:	fninit
	cmpl	$0, ru_fxsr
	je	3f
	ldmxcsr	mxcsr_default
3:	movw	20(%ecx), %gs
	movw	24(%ecx), %fs
	movw	28(%ecx), %es
	movl	36(%ecx), %edi
	movl	40(%ecx), %esi
	movl	44(%ecx), %ebp
	movl	52(%ecx), %ebx
	movw	92(%ecx), %ss
	movl	88(%ecx), %esp
	pushl	76(%ecx)		// eip
	pushl	84(%ecx)		// eflags
	pushl	64(%ecx)		// eax
	pushl	60(%ecx)		// ecx
	pushl	56(%ecx)		// edx
	movw	32(%ecx), %ds
	movl	%ecx, (%edx)
	popl	%edx
	popl	%ecx
	popl	%eax
	popfl
	ret
	.size	ru_switch, . - ru_switch

// void ru_leave(uint32_t *tm, uint32_t *slot, void *top, void (*func)(void *), void *arg)
	.globl	ru_leave
	.type	ru_leave, @function
ru_leave:
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	movl	$0, (%edx)
	pushfl
	popl	84(%ecx)
	movl	(%esp), %eax
	movl	%eax, 76(%ecx)
	leal	4(%esp), %eax
	movl	%eax, 88(%ecx)
	movl	%ebx, 52(%ecx)
	movl	%ebp, 44(%ecx)
	movl	%esi, 40(%ecx)
	movl	%edi, 36(%ecx)
	movl	$0, 64(%ecx)
	movl	$0, 60(%ecx)
	movl	$0, 56(%ecx)
	movl	$640, 96(%ecx)
	movl	$0x20001, 104(%ecx)
	cmpl	$0, ru_fxsr
	je	1f
	fxsave	112(%ecx)
	movl	$0x10002, 100(%ecx)
	jmp	2f
1:	fnsave	112(%ecx)
	movl	$0x10001, 100(%ecx)
2:	pushl	%ecx
	call	ru_segments
	movl	16(%esp), %eax
	movl	20(%esp), %edx
	movl	24(%esp), %ebx
	movl	%eax, %esp
	xorl	%ebp, %ebp
	cld
	pushl	%ebx
	pushl	$0
	jmp	*%edx
	.size	ru_leave, . - ru_leave

// void ru_segments(uint32_t *tm)
	.globl	ru_segments
	.type	ru_segments, @function
ru_segments:
	movl	4(%esp), %ecx
	movl	%gs, %eax
	movl	%eax, 20(%ecx)
	movl	%fs, %eax
	movl	%eax, 24(%ecx)
	movl	%es, %eax
	movl	%eax, 28(%ecx)
	movl	%ds, %eax
	movl	%eax, 32(%ecx)
	movl	%cs, %eax
	movl	%eax, 80(%ecx)
	movl	%ss, %eax
	movl	%eax, 92(%ecx)
	ret
	.size	ru_segments, . - ru_segments

	.section .note.GNU-stack, "", @progbits
