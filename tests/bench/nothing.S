// SPDX-License-Identifier: BSD-2-Clause
// The smallest program: it ends.
// Written for Kestrel; linked like any other, but nothing of the library is called.
	.globl	main
	.type	main, @function

// main: takes the place of the library's way through exit().
main:
	pushl	$0			// status
	pushl	$0			// where a return address would be
	movl	$1, %eax		// exit
	int	$0x80
	hlt
	.size	main, . - main

	.section .note.GNU-stack, "", @progbits
