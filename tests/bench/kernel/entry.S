/* SPDX-License-Identifier: BSD-2-Clause */
/* The first instructions of a benchmark kernel: they note the time and go on to the kernel's. */
/* Written for Kestrel. */

#include <machine/assym.h>

#define PHYS(symbol)	((symbol) - KERNBASE)

	.section .boot.text, "ax", @progbits
	.code32
/*
 * bench_start: entry point instead of start.
 *	in	as start; paging is off
 *	keeps	eax, ebx
 */
	.globl	bench_start
bench_start:
	movl	%eax, %ebp
	rdtsc
	movl	%eax, PHYS(bench_entry)
	movl	%edx, PHYS(bench_entry) + 4
	movl	%ebp, %eax
	jmp	start
