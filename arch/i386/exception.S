/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel entries and the way back: traps, system calls, interrupts, doreti, fork_trampoline. */
/* After FreeBSD's sys/i386/i386/exception.s; the AST loop is in C++. */

#include <machine/assym.h>
#include <machine/cfi.h>
#include <machine/psl.h>
#include <machine/trap.h>

	.cfi_sections .debug_frame

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
	.cfi_adjust_cfa_offset 32
	CFI_GENERAL
	pushl	%ds
	.cfi_adjust_cfa_offset 4
	.cfi_offset CFI_DS, -56
	pushl	%es
	.cfi_adjust_cfa_offset 4
	.cfi_offset CFI_ES, -60
	pushl	%fs
	.cfi_adjust_cfa_offset 4
	.cfi_offset CFI_FS, -64
	.endm

/* PUSH_ARGUMENT: the frame at esp for the function called next; DROP_ARGUMENT: behind it. */
	.macro	PUSH_ARGUMENT
	pushl	%esp
	.cfi_adjust_cfa_offset 4
	.endm
	.macro	DROP_ARGUMENT
	addl	$4, %esp
	.cfi_adjust_cfa_offset -4
	.endm

/* TRAP label, number: a vector for which the processor pushes no error code. */
	.macro	TRAP label, number
	.globl	\label
\label:
	CFI_ENTRY CFI_FROM_CPU
	pushl	$0
	.cfi_adjust_cfa_offset 4
	pushl	$\number
	.cfi_adjust_cfa_offset 4
	jmp	alltraps
	.cfi_endproc
	.endm

/* TRAP_ERR label, number: one for which it does. */
	.macro	TRAP_ERR label, number
	.globl	\label
\label:
	CFI_ENTRY CFI_FROM_CPU + 4
	pushl	$\number
	.cfi_adjust_cfa_offset 4
	jmp	alltraps
	.cfi_endproc
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
	CFI_ENTRY CFI_FROM_STUB
	PUSH_FRAME
alltraps_with_regs_pushed:
	KERNEL_SEGMENTS
	PUSH_ARGUMENT
	KTR_CALL(trap, trap_traced, KTR_TRAP)
trap_return:
	DROP_ARGUMENT
	jmp	doreti
	.cfi_endproc

/*
 * The two system call gates, from user mode only, interrupts on. The length of the instruction is
 * where a trap has its error code: a call that is to be restarted goes back by so much.
 */
	.globl	Xint0x80_syscall
Xint0x80_syscall:
	CFI_ENTRY CFI_FROM_CPU
	pushl	$INT0X80_SIZE
	.cfi_adjust_cfa_offset 4
2:	pushl	$IDT_SYSCALL
	.cfi_adjust_cfa_offset 4
	PUSH_FRAME
	KERNEL_SEGMENTS
	PUSH_ARGUMENT
	KTR_CALL(syscall, syscall_traced, KTR_SYSC)
	DROP_ARGUMENT
	jmp	doreti
	.cfi_endproc

/*
 * Xlcall_syscall: lcall $7,$0. The processor pushes no flags, and room is made for them below the
 * stack pointer. Nor does it change any: those of user mode hold in the kernel up to popfl. Its
 * trap flag traps behind the first instruction at the latest, and debug_exception() goes on at
 * Xlcall_stepped, without it, for which it is saved here. A call that is restarted must be encoded
 * as the assembler does it, in LCALL_SIZE bytes.
 */
	.globl	Xlcall_syscall, Xlcall_stepped, Xlcall_framed
Xlcall_stepped:
	CFI_ENTRY_FAR
	pushfl
	.cfi_adjust_cfa_offset 4
	orl	$PSL_T, (%esp)
	jmp	1f
	.cfi_endproc
Xlcall_syscall:
	CFI_ENTRY_FAR
	pushfl				/* flags, eip, cs, esp, ss */
	.cfi_adjust_cfa_offset 4
1:	pushl	8(%esp)
	.cfi_adjust_cfa_offset 4
	pushl	4(%esp)			/* flags, cs, flags, eip, cs, esp, ss */
	.cfi_adjust_cfa_offset 4
	popl	12(%esp)		/* cs, flags, eip, flags, esp, ss */
	.cfi_adjust_cfa_offset -4
	.cfi_offset CFI_EFLAGS, -4
	.cfi_offset CFI_CS, -16
	pushl	8(%esp)
	.cfi_adjust_cfa_offset 4
	popl	4(%esp)			/* cs, eip, eip, flags, esp, ss */
	.cfi_adjust_cfa_offset -4
	.cfi_offset eip, -12
	popl	4(%esp)			/* eip, cs, flags, esp, ss */
	.cfi_adjust_cfa_offset -4
	.cfi_offset CFI_CS, -8
Xlcall_framed:
	pushl	$PSL_USER
	.cfi_adjust_cfa_offset 4
	popfl
	.cfi_adjust_cfa_offset -4
	pushl	$LCALL_SIZE
	.cfi_adjust_cfa_offset 4
	jmp	2b
	.cfi_endproc

/*
 * intr_stubs: one stub of INTR_STUB_SIZE bytes for each vector from IDT_IRQ0 to IDT_INTR_END - 1.
 * Interrupts are off and stay off until doreti.
 */
	.globl	intr_stubs, intr_return
	.balign	INTR_STUB_SIZE
intr_stubs:
	CFI_ENTRY CFI_FROM_CPU
	.set	vector, IDT_IRQ0
	.rept	IDT_INTR_END - IDT_IRQ0
	.balign	INTR_STUB_SIZE
	.cfi_def_cfa_offset CFI_FROM_CPU
	pushl	$0
	.cfi_adjust_cfa_offset 4
	pushl	$vector
	.cfi_adjust_cfa_offset 4
	jmp	allintrs
	.set	vector, vector + 1
	.endr
	.cfi_endproc

allintrs:
	CFI_ENTRY CFI_FROM_STUB
	PUSH_FRAME
	KERNEL_SEGMENTS
	PUSH_ARGUMENT
	KTR_CALL(intr_dispatch, intr_dispatch_traced, KTR_INTR)
intr_return:
	DROP_ARGUMENT

/*
 * doreti: leave the kernel by the trapframe at esp. On the way to user mode doreti_ast() handles
 * what is asked of the thread and returns with interrupts off; they stay off until iret, so that
 * nothing asked for later is missed: the interrupt that asks is taken after iret.
 */
	.globl	doreti
doreti:
	testb	$SEL_RPL_MASK, TF_CS(%esp)
	jz	1f
	PUSH_ARGUMENT
	call	doreti_ast
	DROP_ARGUMENT
1:	cli

/*
 * From here each segment load, and iret itself, faults when the frame's word is not a selector that
 * user mode may use. trap() recognises the four labels and resumes at the matching one below.
 */
	.globl	doreti_popl_fs, doreti_popl_es, doreti_popl_ds, doreti_iret
doreti_popl_fs:
	popl	%fs
	.cfi_adjust_cfa_offset -4
	.cfi_same_value CFI_FS
doreti_popl_es:
	popl	%es
	.cfi_adjust_cfa_offset -4
	.cfi_same_value CFI_ES
doreti_popl_ds:
	popl	%ds
	.cfi_adjust_cfa_offset -4
	.cfi_same_value CFI_DS
	popal
	.cfi_adjust_cfa_offset -32
	CFI_GENERAL_BACK
	addl	$8, %esp
	.cfi_adjust_cfa_offset -8
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
	.cfi_adjust_cfa_offset 8
	pushal
	.cfi_adjust_cfa_offset 32
	CFI_GENERAL
	pushl	%ds
	.cfi_adjust_cfa_offset 4
	.cfi_offset CFI_DS, -56
doreti_popl_ds_fault:
	pushl	%es
	.cfi_adjust_cfa_offset 4
	.cfi_offset CFI_ES, -60
doreti_popl_es_fault:
	pushl	%fs
	.cfi_adjust_cfa_offset 4
	.cfi_offset CFI_FS, -64
doreti_popl_fs_fault:
	movl	$0, TF_ERR(%esp)
	movl	$T_PROTFLT, TF_TRAPNO(%esp)
	jmp	alltraps_with_regs_pushed
	.cfi_endproc

/*
 * fork_trampoline: first instruction of every new thread, entered by cpu_switch.
 *	in	esi function, ebx its argument, esp = trapframe; sched_lock held, interrupts off
 * fork_exit(function, argument, frame) releases the lock; a function that returns goes to user
 * mode. For a debugger a thread begins here.
 */
	.globl	fork_trampoline
fork_trampoline:
	.cfi_startproc
	.cfi_undefined eip
	pushl	%esp
	pushl	%ebx
	pushl	%esi
	call	fork_exit
	addl	$12, %esp
	jmp	doreti
	.cfi_endproc
