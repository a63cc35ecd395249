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

	.text
// void raw_call(struct raw_result *result, uint32_t number, const uint32_t words[8], uint32_t edx)
// Stack at the int: a word for the return address, the eight arguments, then the saved registers.
	.globl	raw_call
	.type	raw_call, @function
raw_call:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi			// result 20, number 24, words 28, edx 32 (esp)
	movl	%esp, %ebx
	movl	28(%ebx), %esi
	movl	$8, %ecx
1:	pushl	-4(%esi, %ecx, 4)
	loop	1b
	pushl	$0			// return address of the stub
	movl	24(%ebx), %eax
	movl	32(%ebx), %edx
	movl	$MARK_EBX, %ebx
	movl	$MARK_ECX, %ecx
	movl	$MARK_ESI, %esi
	movl	$MARK_EDI, %edi
	movl	$MARK_EBP, %ebp
	btl	$0, %edx		// carry before the call: bit 0 of edx
	int	$0x80

	pushfl
	pushl	%eax
	// esp: eax, eflags, return address, 8 words, edi, esi, ebx, ebp, return, result
	movl	64(%esp), %eax
	movl	%edx, RESULT_EDX(%eax)
	popl	RESULT_EAX(%eax)
	popl	RESULT_EFLAGS(%eax)
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
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
	.size	raw_call, . - raw_call

	.section .note.GNU-stack, "", @progbits
