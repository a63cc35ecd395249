// SPDX-License-Identifier: BSD-2-Clause
// Saving and resuming a function's frame.
// 4.4BSD's pairs: setjmp and sigsetjmp(env, 1) keep the signal mask, _setjmp does not.

// Offsets in jmp_buf.
#define JB_EBX		0
#define JB_ESI		4
#define JB_EDI		8
#define JB_EBP		12
#define JB_ESP		16	/* as it is after the return */
#define JB_EIP		20
#define JB_FPCW		24	/* x87 control word */
#define JB_HASMASK	28
#define JB_MASK		32

#define ENTRY(name)	.globl name; .type name, @function; .p2align 4; name:
#define END(name)	.size name, . - name

	.text
// setjmp: int setjmp(jmp_buf env).
//   stack      4(esp) env
//   result     0; later the value of longjmp
ENTRY(setjmp)
	movl	4(%esp), %ecx
	movl	$1, JB_HASMASK(%ecx)
	jmp	.Lsave_mask
END(setjmp)

// sigsetjmp: int sigsetjmp(sigjmp_buf env, int savemask).
//   stack      4(esp) env, 8(esp) savemask
ENTRY(sigsetjmp)
	movl	4(%esp), %ecx
	movl	8(%esp), %eax
	movl	%eax, JB_HASMASK(%ecx)
	testl	%eax, %eax
	jz	.Lsave_registers
.Lsave_mask:
	leal	JB_MASK(%ecx), %eax
	subl	$8, %esp		// aligned for the call, with the argument
	pushl	%eax
	call	__sigmask_get
	addl	$12, %esp
	movl	4(%esp), %ecx
	jmp	.Lsave_registers
END(sigsetjmp)

// _setjmp: int _setjmp(jmp_buf env).
//   stack      4(esp) env
ENTRY(_setjmp)
	movl	4(%esp), %ecx
	movl	$0, JB_HASMASK(%ecx)
.Lsave_registers:			// ecx: env
	movl	(%esp), %edx
	leal	4(%esp), %eax
	movl	%ebx, JB_EBX(%ecx)
	movl	%esi, JB_ESI(%ecx)
	movl	%edi, JB_EDI(%ecx)
	movl	%ebp, JB_EBP(%ecx)
	movl	%eax, JB_ESP(%ecx)
	movl	%edx, JB_EIP(%ecx)
	fnstcw	JB_FPCW(%ecx)
	xorl	%eax, %eax
	ret
END(_setjmp)

// longjmp, siglongjmp, _longjmp: void longjmp(jmp_buf env, int value).
//   stack      4(esp) env, 8(esp) value
//   result     does not return; env's setjmp returns value, or 1 if that is 0
ENTRY(longjmp)
ENTRY(siglongjmp)
ENTRY(_longjmp)
	movl	4(%esp), %ecx
	cmpl	$0, JB_HASMASK(%ecx)
	je	1f
	leal	JB_MASK(%ecx), %eax
	subl	$8, %esp
	pushl	%eax
	call	__sigmask_set
	addl	$12, %esp
	movl	4(%esp), %ecx
1:	movl	8(%esp), %eax
	testl	%eax, %eax
	jnz	2f
	incl	%eax
2:	fninit				// whatever the jump left on the x87 stack is void
	fldcw	JB_FPCW(%ecx)
	movl	JB_EBX(%ecx), %ebx
	movl	JB_ESI(%ecx), %esi
	movl	JB_EDI(%ecx), %edi
	movl	JB_EBP(%ecx), %ebp
	movl	JB_EIP(%ecx), %edx
	movl	JB_ESP(%ecx), %esp
	jmp	*%edx
END(longjmp)
END(siglongjmp)
END(_longjmp)
	.section .note.GNU-stack, "", @progbits
