/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes of user memory that survive faults. */
/* After FreeBSD's sys/i386/i386/support.s; fault ranges in a table instead of pcb_onfault. */

#include <machine/assym.h>

/*
 * All addresses have been checked against the end of user space by uaccess.cpp. When an instruction
 * between two labels given to ON_FAULT faults and vm_fault() cannot mend it, trap() resumes at the
 * third. CR0.WP makes stores to read-only user pages fault here as they do in user mode.
 */
	.macro	ON_FAULT from, past, resume
	.pushsection .rodata.onfault, "a", @progbits
	.long	\from, \past, \resume
	.popsection
	.endm

	.cfi_sections .debug_frame
	.section .rodata.onfault, "a", @progbits
	.balign	4
	.globl	onfault_table
onfault_table:

	.text
/*
 * int user_copy(void *to, void const *from, uint32_t length)
 *	one of the two is in user space; 0 or EFAULT
 *	stack at the copy: esi, edi, return, to, from, length
 * A fault leaves esi and edi anywhere in between; both are restored.
 */
	.globl	user_copy
user_copy:
	.cfi_startproc
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	movl	12(%esp), %edi
	movl	16(%esp), %esi
	movl	20(%esp), %ecx
	movl	%ecx, %edx
	shrl	$2, %ecx
	andl	$3, %edx
1:	rep movsl
	movl	%edx, %ecx
	rep movsb
2:	xorl	%eax, %eax
	.cfi_remember_state
3:	popl	%esi
	.cfi_adjust_cfa_offset -4
	popl	%edi
	.cfi_adjust_cfa_offset -4
	ret
	.cfi_restore_state
4:	movl	$EFAULT, %eax
	jmp	3b
	.cfi_endproc
	ON_FAULT 1b, 2b, 4b

/*
 * int user_copy_string(char *to, char const *from, uint32_t size, uint32_t *done)
 *	at most size bytes up to and with a zero; *done = bytes copied
 *	0, EFAULT, or ENAMETOOLONG when size bytes held no zero
 */
	.globl	user_copy_string
user_copy_string:
	.cfi_startproc
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	movl	12(%esp), %edi
	movl	16(%esp), %esi
	movl	20(%esp), %ecx
	movl	$ENAMETOOLONG, %edx
	jecxz	3f
1:	lodsb
2:	stosb
	testb	%al, %al
	loopnz	1b
	jnz	3f
	xorl	%edx, %edx
3:	movl	12(%esp), %eax
	subl	%eax, %edi
	movl	24(%esp), %eax
	movl	%edi, (%eax)
	movl	%edx, %eax
	.cfi_remember_state
	popl	%esi
	.cfi_adjust_cfa_offset -4
	popl	%edi
	.cfi_adjust_cfa_offset -4
	ret
	.cfi_restore_state
4:	movl	$EFAULT, %edx
	jmp	3b
	.cfi_endproc
	ON_FAULT 1b, 2b, 4b

/*
 * int user_load_word(uint32_t const *from, uint32_t *to)
 *	one access, so that a word which user mode changes meanwhile is seen whole; 0 or EFAULT
 */
	.globl	user_load_word
user_load_word:
	.cfi_startproc
	movl	4(%esp), %edx
	movl	8(%esp), %ecx
1:	movl	(%edx), %eax
2:	movl	%eax, (%ecx)
	xorl	%eax, %eax
	ret
3:	movl	$EFAULT, %eax
	ret
	.cfi_endproc
	ON_FAULT 1b, 2b, 3b

/*
 * int user_store_word(uint32_t *to, uint32_t value)
 *	one access; 0 or EFAULT
 */
	.globl	user_store_word
user_store_word:
	.cfi_startproc
	movl	4(%esp), %edx
	movl	8(%esp), %ecx
1:	movl	%ecx, (%edx)
2:	xorl	%eax, %eax
	ret
3:	movl	$EFAULT, %eax
	ret
	.cfi_endproc
	ON_FAULT 1b, 2b, 3b

/*
 * int user_cas_word(uint32_t *at, uint32_t expected, uint32_t desired, uint32_t *found)
 *	atomic against other CPUs; *found = the value before; 0 or EFAULT
 */
	.globl	user_cas_word
user_cas_word:
	.cfi_startproc
	movl	4(%esp), %edx
	movl	8(%esp), %eax
	movl	12(%esp), %ecx
1:	lock cmpxchgl %ecx, (%edx)
2:	movl	16(%esp), %ecx
	movl	%eax, (%ecx)
	xorl	%eax, %eax
	ret
3:	movl	$EFAULT, %eax
	ret
	.cfi_endproc
	ON_FAULT 1b, 2b, 3b

	.section .rodata.onfault, "a", @progbits
	.globl	onfault_table_end
onfault_table_end:
