// SPDX-License-Identifier: BSD-2-Clause
// Processor state at the first instruction of an upcall, and a system call with a marked context.
// Written for Kestrel.

	.bss
	.balign	4
	.globl	entry_state
entry_state:
	.skip	40

	.data
odd_rounding:
	.word	0x0f7f			// towards zero, all exceptions masked

	.text
// void upcall_entry(uint32_t *mailbox): as the kernel enters, so that nothing is on the stack but
// a word that is no return address, and the argument.
	.globl	upcall_entry
	.type	upcall_entry, @function
upcall_entry:
	movl	%esp, entry_state
	pushfl
	popl	entry_state+4
	movl	%ebp, entry_state+8
	movl	%cs, %eax
	movl	%eax, entry_state+12
	movl	%ds, %eax
	movl	%eax, entry_state+16
	movl	%es, %eax
	movl	%eax, entry_state+20
	movl	%fs, %eax
	movl	%eax, entry_state+24
	movl	%gs, %eax
	movl	%eax, entry_state+28
	movl	%ss, %eax
	movl	%eax, entry_state+32
	fnstcw	entry_state+36
	cld
	jmp	upcall_body
	.size	upcall_entry, . - upcall_entry

// _Noreturn void marked_read(int fd, void *buf)
	.globl	marked_read
	.globl	marked_read_done
	.type	marked_read, @function
marked_read:
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	pushl	$1
	pushl	%edx
	pushl	%eax
	pushl	$0
	fldcw	odd_rounding
	movl	$0x0b0b0b0b, %ebx
	movl	$0x51515151, %esi
	movl	$0xd1d1d1d1, %edi
	movl	$0xb0b0b0b0, %ebp
	movl	$3, %eax
	std
	int	$0x80
marked_read_done:
	ud2				// a program that comes here dies of SIGILL
	.size	marked_read, . - marked_read

	.section .note.GNU-stack, "", @progbits
