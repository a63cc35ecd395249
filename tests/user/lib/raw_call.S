// SPDX-License-Identifier: BSD-2-Clause
// One system call, seen from outside: marks in the registers that must survive it.
// Written for Kestrel.

#define MARK_EBX	0x0b0b0b0b
#define MARK_ECX	0x0c0c0c0c
#define MARK_ESI	0x51515151
#define MARK_EDI	0xd1d1d1d1
#define MARK_EBP	0xb0b0b0b0

#define RESULT_EAX	0
#define RESULT_EDX	4
#define RESULT_EFLAGS	8
#define RESULT_KEPT	12

	.cfi_sections .debug_frame	// a debugger finds the caller by this
	.text
// void raw_call(struct raw_result *result, uint32_t number, const uint32_t words[8], uint32_t edx)
// Stack at the int: a word for the return address, the eight arguments, then the saved registers.
	.globl	raw_call
	.type	raw_call, @function
raw_call:
	.cfi_startproc
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	pushl	%edi			// result 20, number 24, words 28, edx 32 (esp)
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	movl	%esp, %ebx
	.cfi_def_cfa_register ebx
	movl	28(%ebx), %esi
	movl	$8, %ecx
1:	pushl	-4(%esi, %ecx, 4)
	loop	1b
	pushl	$0			// return address of the stub
	movl	24(%ebx), %eax
	movl	32(%ebx), %edx
	.cfi_def_cfa esp, 56
	movl	$MARK_EBX, %ebx
	movl	$MARK_ECX, %ecx
	movl	$MARK_ESI, %esi
	movl	$MARK_EDI, %edi
	movl	$MARK_EBP, %ebp
	btl	$1, %edx		// by the older gate: bit 1 of edx
	jc	4f
	btl	$0, %edx		// carry before the call: bit 0 of edx
	int	$0x80
3:
	pushfl
	.cfi_adjust_cfa_offset 4
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	// esp: eax, eflags, return address, 8 words, edi, esi, ebx, ebp, return, result
	movl	64(%esp), %eax
	movl	%edx, RESULT_EDX(%eax)
	popl	RESULT_EAX(%eax)
	.cfi_adjust_cfa_offset -4
	popl	RESULT_EFLAGS(%eax)
	.cfi_adjust_cfa_offset -4
	movl	$0, RESULT_KEPT(%eax)
	cmpl	$MARK_EBX, %ebx
	jne	2f
	cmpl	$MARK_ECX, %ecx
	jne	2f
	cmpl	$MARK_ESI, %esi
	jne	2f
	cmpl	$MARK_EDI, %edi
	jne	2f
	cmpl	$MARK_EBP, %ebp
	jne	2f
	movl	$1, RESULT_KEPT(%eax)
2:	addl	$36, %esp
	.cfi_adjust_cfa_offset -36
	popl	%edi
	.cfi_adjust_cfa_offset -4
	popl	%esi
	.cfi_adjust_cfa_offset -4
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	popl	%ebp
	.cfi_adjust_cfa_offset -4
	ret

	.cfi_def_cfa esp, 56
	.cfi_offset ebp, -8
	.cfi_offset ebx, -12
	.cfi_offset esi, -16
	.cfi_offset edi, -20
4:	btl	$0, %edx
	lcall	$7, $0
	jmp	3b
	.cfi_endproc
	.size	raw_call, . - raw_call

	.section .note.GNU-stack, "", @progbits
