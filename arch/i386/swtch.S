/* SPDX-License-Identifier: BSD-2-Clause */
/* The context switch: registers out, choose, registers in. */
/* After FreeBSD's sys/i386/i386/swtch.s; what needs no assembly is in vm_machdep.cpp. */

#include <machine/assym.h>

	.cfi_sections .debug_frame
	.text
/*
 * cpu_switch(): give the CPU to the thread that choosethread() names. (KTR_CALL: machine/assym.h)
 *
 *	stack	esp  return address, where this thread goes on once it is chosen again
 *	in	sched_lock held once, interrupts off; curpcb is curthread's
 *	out	the same, of the chosen thread; callee-saved registers are that thread's
 *	clobber	eax, ecx, edx
 *
 * The pcb keeps the callee-saved registers, esp, the return address and user mode's %gs. All else
 * is on the stack or, the FPU, in the pcb by cpu_save_fpu().
 */
	.globl	cpu_switch
cpu_switch:
	.cfi_startproc
	movl	%fs:PC_CURPCB, %edx
	movl	(%esp), %eax
	movl	%eax, PCB_EIP(%edx)
	movl	%ebx, PCB_EBX(%edx)
	movl	%esp, PCB_ESP(%edx)
	movl	%ebp, PCB_EBP(%edx)
	movl	%esi, PCB_ESI(%edx)
	movl	%edi, PCB_EDI(%edx)
	movl	%gs, %eax
	movl	%eax, PCB_GS(%edx)
	call	npx_switch_out

/*
 * The old thread is complete in its pcb (or dead), but its stack is in use until esp is loaded;
 * that is safe because only a CPU that holds sched_lock can run it or free it.
 */
switch_to_chosen:
	KTR_CALL(choosethread, choosethread_traced, KTR_SCHED)
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	call	cpu_activate		/* address space, TSS, curthread, curpcb; returns the pcb */
	movl	%eax, %edx
	movl	PCB_EBX(%edx), %ebx
	movl	PCB_ESP(%edx), %esp
	.cfi_adjust_cfa_offset -4
	movl	PCB_EBP(%edx), %ebp
	movl	PCB_ESI(%edx), %esi
	movl	PCB_EDI(%edx), %edi
	movl	PCB_GS(%edx), %eax
	movl	%eax, %gs
	movl	PCB_EIP(%edx), %eax
	movl	%eax, (%esp)
	ret
	.cfi_endproc

/*
 * cpu_throw(): the same for a thread that ends; nothing is saved. The FPU is not its any more.
 */
	.globl	cpu_throw
cpu_throw:
	.cfi_startproc
	jmp	switch_to_chosen
	.cfi_endproc
