// SPDX-License-Identifier: BSD-2-Clause
// The two doors between user threads and the UTS: resuming a context, and leaving one.
// Written for Kestrel; the order of the last steps after the second KSE assembly of 2002.

// Offsets in struct kse_thr_mailbox; uts_life.c asserts them.
#define TM_GS		20
#define TM_FS		24
#define TM_ES		28
#define TM_DS		32
#define TM_EDI		36
#define TM_ESI		40
#define TM_EBP		44
#define TM_EBX		52
#define TM_EDX		56
#define TM_ECX		60
#define TM_EAX		64
#define TM_EIP		76
#define TM_CS		80
#define TM_EFLAGS	84
#define TM_ESP		88
#define TM_SS		92
#define TM_LEN		96
#define TM_FPFORMAT	100
#define TM_OWNEDFP	104
#define TM_FPSTATE	112		// 16-aligned, as fxsave demands

#define FPFMT_387	0x10001
#define FPFMT_XMM	0x10002
#define FPOWNED_NONE	0x20000
#define FPOWNED_FPU	0x20001
#define CONTEXT_LEN	640

	.data
	.globl	uts_fxsr
	.balign	4
uts_fxsr:
	.long	0
mxcsr_default:
	.long	0x1f80			// all SSE exceptions masked, round to nearest

	.text

// void uts_switch(struct kse_thr_mailbox *t, struct kse_thr_mailbox **curthread, bool fpu_clean)
// Entered on the UTS's stack with *curthread NULL. ecx = t, edx = curthread until the last step.
// What cannot be loaded while those two are needed waits on the thread's own stack, below
// its stack pointer: nothing of a thread lives there.
	.globl	uts_switch
	.type	uts_switch, @function
uts_switch:
	movl	4(%esp), %ecx
	movl	8(%esp), %edx

	// FPU. The kernel's constants are never zero, so compare, and heed the format:
	// a state is only there if somebody owned the FPU.
	cmpl	$FPOWNED_NONE, TM_OWNEDFP(%ecx)
	je	2f
	cmpl	$FPFMT_XMM, TM_FPFORMAT(%ecx)
	jne	1f
	fxrstor	TM_FPSTATE(%ecx)
	jmp	3f
1:	cmpl	$FPFMT_387, TM_FPFORMAT(%ecx)
	jne	2f
	frstor	TM_FPSTATE(%ecx)
	jmp	3f
2:	// A thread without state starts with a clean FPU. Behind an upcall it is clean, and a
	// thread that has no use for it then has none that the kernel would have to export.
	cmpb	$0, 12(%esp)
	jne	3f
	fninit
	cmpl	$0, uts_fxsr
	je	3f
	ldmxcsr	mxcsr_default
3:
	movw	TM_GS(%ecx), %gs
	movw	TM_FS(%ecx), %fs
	movw	TM_ES(%ecx), %es
	movl	TM_EDI(%ecx), %edi
	movl	TM_ESI(%ecx), %esi
	movl	TM_EBP(%ecx), %ebp
	movl	TM_EBX(%ecx), %ebx
	// The processor takes no interrupt between these two.
	movw	TM_SS(%ecx), %ss
	movl	TM_ESP(%ecx), %esp
	pushl	TM_EIP(%ecx)
	pushl	TM_EFLAGS(%ecx)
	pushl	TM_EAX(%ecx)
	pushl	TM_ECX(%ecx)
	pushl	TM_EDX(%ecx)
	movw	TM_DS(%ecx), %ds

	// From this store on we are the thread. A page fault or preemption in the five
	// instructions below exports a context that resumes in the middle of them, which is
	// right, because nothing more is read from the mailbox.
	movl	%ecx, (%edx)
	popl	%edx
	popl	%ecx
	popl	%eax
	popfl
	ret
	.size	uts_switch, . - uts_switch

// void uts_save_and_call(t, curthread, top, func, arg)
// Entered as a thread, left as the UTS on another stack. Everything is saved, so that uts_switch
// need not know whether a context comes from here or from the kernel.
	.globl	uts_save_and_call
	.type	uts_save_and_call, @function
uts_save_and_call:
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	movl	$0, (%edx)		// from here on we are the UTS: no upcall can come
	pushfl
	popl	TM_EFLAGS(%ecx)
	movl	(%esp), %eax
	movl	%eax, TM_EIP(%ecx)	// resume behind the call
	leal	4(%esp), %eax
	movl	%eax, TM_ESP(%ecx)
	movl	%ebx, TM_EBX(%ecx)
	movl	%ebp, TM_EBP(%ecx)
	movl	%esi, TM_ESI(%ecx)
	movl	%edi, TM_EDI(%ecx)
	movl	$0, TM_EAX(%ecx)	// eax, ecx and edx are the callee's to destroy
	movl	$0, TM_ECX(%ecx)
	movl	$0, TM_EDX(%ecx)
	movl	$CONTEXT_LEN, TM_LEN(%ecx)
	movl	$FPOWNED_FPU, TM_OWNEDFP(%ecx)
	cmpl	$0, uts_fxsr
	je	1f
	fxsave	TM_FPSTATE(%ecx)
	movl	$FPFMT_XMM, TM_FPFORMAT(%ecx)
	jmp	2f
1:	fnsave	TM_FPSTATE(%ecx)
	movl	$FPFMT_387, TM_FPFORMAT(%ecx)
2:
	addl	$16, %ecx		// uc_mcontext
	pushl	%ecx
	call	uts_segments
	movl	16(%esp), %eax		// one word is pushed: top, func, arg moved up
	movl	20(%esp), %edx
	movl	24(%esp), %ebx
	movl	%eax, %esp
	xorl	%ebp, %ebp		// frame chains end here
	cld
	pushl	%ebx
	pushl	$0			// func never returns
	jmp	*%edx
	.size	uts_save_and_call, . - uts_save_and_call

// void uts_segments(mcontext_t *mc)
	.globl	uts_segments
	.type	uts_segments, @function
uts_segments:
	movl	4(%esp), %ecx
	movl	%gs, %eax
	movl	%eax, TM_GS-16(%ecx)
	movl	%fs, %eax
	movl	%eax, TM_FS-16(%ecx)
	movl	%es, %eax
	movl	%eax, TM_ES-16(%ecx)
	movl	%ds, %eax
	movl	%eax, TM_DS-16(%ecx)
	movl	%cs, %eax
	movl	%eax, TM_CS-16(%ecx)
	movl	%ss, %eax
	movl	%eax, TM_SS-16(%ecx)
	ret
	.size	uts_segments, . - uts_segments

	.section .note.GNU-stack, "", @progbits
