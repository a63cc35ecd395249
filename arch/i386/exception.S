/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel entries and the way back: traps, system calls, interrupts, doreti, fork_trampoline. */
/* After FreeBSD's sys/i386/i386/exception.s; the AST loop is in C++. */

#include <machine/assym.h>
#include <machine/trap.h>

/*
 * Every entry completes this frame (struct trapframe); the processor pushed its upper part:
 *
 *	esp + 68  ss	only from user mode
 *	      64  esp	only from user mode
 *	      60  eflags
 *	      56  cs
 *	      52  eip
 *	      48  err	by the processor for some traps, else by the stub
 *	      44  trapno
 *	   40..12  eax ecx edx ebx isp ebp esi edi
 *	       8  ds
 *	       4  es
 *	       0  fs
 *
 * Until %fs is loaded below, curthread is not known, whatever mode was interrupted: an interrupt
 * may come right after a system call's first instruction. %gs stays user mode's.
 */
	.macro	KERNEL_SEGMENTS
	movl	$KDSEL, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$KPSEL, %eax
	movl	%eax, %fs
	cld
	.endm

	.macro	PUSH_FRAME
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	.endm

/* TRAP label, number: a vector for which the processor pushes no error code. */
	.macro	TRAP label, number
	.globl	\label
\label:
	pushl	$0
	pushl	$\number
	jmp	alltraps
	.endm

/* TRAP_ERR label, number: one for which it does. */
	.macro	TRAP_ERR label, number
	.globl	\label
\label:
	pushl	$\number
	jmp	alltraps
	.endm

	.text
	TRAP	Xdiv, T_DIVIDE
	TRAP	Xdbg, T_TRCTRAP
	TRAP	Xnmi, T_NMI
	TRAP	Xbpt, T_BPTFLT
	TRAP	Xofl, T_OFLOW
	TRAP	Xbnd, T_BOUND
	TRAP	Xill, T_PRIVINFLT
	TRAP	Xdna, T_DNA
	TRAP	Xfpusegm, T_FPOPFLT
	TRAP_ERR Xtss, T_TSSFLT
	TRAP_ERR Xmissing, T_SEGNPFLT
	TRAP_ERR Xstk, T_STKFLT
	TRAP_ERR Xprot, T_PROTFLT
	TRAP_ERR Xpage, T_PAGEFLT
	TRAP	Xfpu, T_ARITHTRAP
	TRAP_ERR Xalign, T_ALIGNFLT
	TRAP	Xmchk, T_MCHK
	TRAP	Xxmm, T_XMMFLT

/*
 * alltraps: stack as above from trapno up; interrupts off; any segments.
 * trap() turns interrupts on where the interrupted context had them on. trap_return is known to the
 * stack walker: a return address equal to it means that a trapframe pointer follows.
 */
	.globl	alltraps, trap_return
alltraps:
	PUSH_FRAME
alltraps_with_regs_pushed:
	KERNEL_SEGMENTS
	pushl	%esp
	call	trap
trap_return:
	addl	$4, %esp
	jmp	doreti

/* Xint0x80_syscall: system call gate; interrupts on, from user mode only. */
	.globl	Xint0x80_syscall
Xint0x80_syscall:
	pushl	$0
	pushl	$IDT_SYSCALL
	PUSH_FRAME
	KERNEL_SEGMENTS
	pushl	%esp
	call	syscall
	addl	$4, %esp
	jmp	doreti

/*
 * intr_stubs: one stub of INTR_STUB_SIZE bytes for each vector from IDT_IRQ0 to IDT_INTR_END - 1.
 * Interrupts are off and stay off until doreti.
 */
	.globl	intr_stubs, intr_return
	.balign	INTR_STUB_SIZE
intr_stubs:
	.set	vector, IDT_IRQ0
	.rept	IDT_INTR_END - IDT_IRQ0
	.balign	INTR_STUB_SIZE
	pushl	$0
	pushl	$vector
	jmp	allintrs
	.set	vector, vector + 1
	.endr

allintrs:
	PUSH_FRAME
	KERNEL_SEGMENTS
	pushl	%esp
	call	intr_dispatch
intr_return:
	addl	$4, %esp

/*
 * doreti: leave the kernel by the trapframe at esp. On the way to user mode doreti_ast() handles
 * what is asked of the thread and returns with interrupts off; they stay off until iret, so that
 * nothing asked for later is missed: the interrupt that asks is taken after iret.
 */
	.globl	doreti
doreti:
	testb	$SEL_RPL_MASK, TF_CS(%esp)
	jz	1f
	pushl	%esp
	call	doreti_ast
	addl	$4, %esp
1:	cli

/*
 * From here each segment load, and iret itself, faults when the frame's word is not a selector that
 * user mode may use. trap() recognises the four labels and resumes at the matching one below.
 */
	.globl	doreti_popl_fs, doreti_popl_es, doreti_popl_ds, doreti_iret
doreti_popl_fs:
	popl	%fs
doreti_popl_es:
	popl	%es
doreti_popl_ds:
	popl	%ds
	popal
	addl	$8, %esp
doreti_iret:
	iret

/*
 * Each label rebuilds what its instruction's predecessors popped, falling through to the next, and
 * then enters the kernel once more as a protection fault of user mode. Interrupts are off.
 */
	.globl	doreti_popl_fs_fault, doreti_popl_es_fault, doreti_popl_ds_fault
	.globl	doreti_iret_fault
doreti_iret_fault:
	subl	$8, %esp
	pushal
	pushl	%ds
doreti_popl_ds_fault:
	pushl	%es
doreti_popl_es_fault:
	pushl	%fs
doreti_popl_fs_fault:
	movl	$0, TF_ERR(%esp)
	movl	$T_PROTFLT, TF_TRAPNO(%esp)
	jmp	alltraps_with_regs_pushed

/*
 * fork_trampoline: first instruction of every new thread, entered by cpu_switch.
 *	in	esi function, ebx its argument, esp = trapframe; sched_lock held, interrupts off
 * fork_exit(function, argument, frame) releases the lock; a function that returns goes to user
 * mode.
 */
	.globl	fork_trampoline
fork_trampoline:
	pushl	%esp
	pushl	%ebx
	pushl	%esi
	call	fork_exit
	addl	$12, %esp
	jmp	doreti
