// SPDX-License-Identifier: BSD-2-Clause
// The register half of getcontext and setcontext, and where functions of makecontext return to.
// Library code, as before FreeBSD had system calls for it; offsets are those of ucontext_t.

// Offsets in ucontext_t, checked by context.c.
#define UC_GS		20
#define UC_FS		24
#define UC_ES		28
#define UC_DS		32
#define UC_EDI		36
#define UC_ESI		40
#define UC_EBP		44
#define UC_EBX		52
#define UC_EDX		56
#define UC_ECX		60
#define UC_EAX		64
#define UC_EIP		76
#define UC_CS		80
#define UC_EFLAGS	84
#define UC_ESP		88
#define UC_SS		92
#define UC_LEN		96
#define UC_FPFORMAT	100
#define UC_OWNEDFP	104
#define UC_FPSTATE	112

#define MC_LEN		640
#define FPFMT_387	0x10001
#define FPFMT_XMM	0x10002
#define FPOWNED_NONE	0x20000
#define FPOWNED_FPU	0x20001

#define ENTRY(name)	.globl name; .type name, @function; .p2align 4; name:
#define END(name)	.size name, . - name

	.text
// getcontext: int getcontext(ucontext_t *uc).
//   stack      4(esp) uc
//   result     0, and 0 again when the context is resumed
ENTRY(getcontext)
	movl	4(%esp), %ecx
	pushfl
	popl	UC_EFLAGS(%ecx)
	movl	%edi, UC_EDI(%ecx)
	movl	%esi, UC_ESI(%ecx)
	movl	%ebp, UC_EBP(%ecx)
	movl	%ebx, UC_EBX(%ecx)
	movl	%edx, UC_EDX(%ecx)
	movl	%ecx, UC_ECX(%ecx)
	movl	$0, UC_EAX(%ecx)
	movl	(%esp), %eax
	movl	%eax, UC_EIP(%ecx)
	leal	4(%esp), %eax		// as after the return
	movl	%eax, UC_ESP(%ecx)
	movl	%gs, %eax
	movl	%eax, UC_GS(%ecx)
	movl	%fs, %eax
	movl	%eax, UC_FS(%ecx)
	movl	%es, %eax
	movl	%eax, UC_ES(%ecx)
	movl	%ds, %eax
	movl	%eax, UC_DS(%ecx)
	movl	%cs, %eax
	movl	%eax, UC_CS(%ecx)
	movl	%ss, %eax
	movl	%eax, UC_SS(%ecx)
	movl	$MC_LEN, UC_LEN(%ecx)
	movl	$FPFMT_387, UC_FPFORMAT(%ecx)
	movl	$FPOWNED_FPU, UC_OWNEDFP(%ecx)
	fnsave	UC_FPSTATE(%ecx)	// which also resets the FPU,
	frstor	UC_FPSTATE(%ecx)	// so take it back
	subl	$8, %esp
	pushl	%ecx			// uc_sigmask is the first field
	call	__sigmask_get
	addl	$12, %esp
	xorl	%eax, %eax
	ret
END(getcontext)

// __uc_resume: void __uc_resume(const ucontext_t *uc).
//   stack      4(esp) uc, already found good; its two words below esp are overwritten
//   result     does not return; every register is loaded but ds, es, ss and cs, which are the
//              same in all contexts of a process
ENTRY(__uc_resume)
	movl	4(%esp), %edx
	cmpl	$FPOWNED_NONE, UC_OWNEDFP(%edx)
	je	2f
	cmpl	$FPFMT_XMM, UC_FPFORMAT(%edx)
	je	1f
	frstor	UC_FPSTATE(%edx)
	jmp	3f
1:	fxrstor	UC_FPSTATE(%edx)
	jmp	3f
2:	fninit
3:	movw	UC_GS(%edx), %gs
	movw	UC_FS(%edx), %fs
	movl	UC_ESP(%edx), %esp
	pushl	UC_EIP(%edx)
	pushl	UC_EFLAGS(%edx)
	movl	UC_EDI(%edx), %edi
	movl	UC_ESI(%edx), %esi
	movl	UC_EBP(%edx), %ebp
	movl	UC_EBX(%edx), %ebx
	movl	UC_ECX(%edx), %ecx
	movl	UC_EAX(%edx), %eax
	movl	UC_EDX(%edx), %edx
	popfl
	ret
END(__uc_resume)

// __uc_return: return address of a function started by makecontext.
//   stack      whatever the function left
//   registers  in: ebx uc (makecontext put it there, the function preserved it)
ENTRY(__uc_return)
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%ebx
	call	__uc_finish
	hlt
END(__uc_return)
	.section .note.GNU-stack, "", @progbits
