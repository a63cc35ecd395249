// SPDX-License-Identifier: BSD-2-Clause
// Entry point of every program.
// Start-up stack as FreeBSD's: argc, argv[0..argc-1], NULL, environment, NULL.

// _start: first user instruction after execve.
//   stack      (esp) argc; 4(esp) argv[0] ... NULL, then the environment ... NULL
//   registers  in: esp; direction flag clear
//   result     none; the program ends in exit(main(argc, argv, envp))
	.cfi_sections .debug_frame
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined eip		// nobody called
	xorl	%ebp, %ebp		// end of the frame chain
	movl	(%esp), %eax		// argc
	leal	4(%esp), %ecx		// argv
	leal	8(%esp,%eax,4), %edx	// environment, behind argv's NULL
	andl	$-16, %esp		// main finds the stack aligned as the ABI says
	subl	$4, %esp
	pushl	%edx
	pushl	%ecx
	pushl	%eax
	call	__libc_start
	hlt				// not reached; a fault if it is
	.cfi_endproc
	.size	_start, . - _start
	.section .note.GNU-stack, "", @progbits
