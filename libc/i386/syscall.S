// SPDX-License-Identifier: BSD-2-Clause
// System call stubs, one for each row of sys/syscalls.def.
// FreeBSD's i386 convention: number in eax, arguments above a return address, carry tells errors.

// Each stub has two names: __sys_NAME for the library, and NAME itself, weak, for programs, which
// may thus have a function of that name. Where the public function is more than the call, the
// stub's second name is another:
#define exit		_exit			/* exit runs atexit's functions first */
#define break		__sysname_break		/* brk and sbrk keep count */
#define mmap		__sysname_mmap		/* mmap has no pad word */
#define lseek		__sysname_lseek		/* nor has lseek */
#define pipe		__sysname_pipe		/* results in registers, see below */
#define __getcwd	__sysname_getcwd	/* getcwd allocates */

// A stub:
//   stack      (esp) return address; 4(esp) first argument, as the kernel wants it
//   registers  out: eax, edx result; eax -1, edx -1 on error, with errno set. Clobbers ecx
// A call that waits for nothing takes the older gate: QEMU raises an exception, as int is one,
// under a lock of all its CPUs. The others take the one that people step through.
#define SYSCALL(number, name, argwords, flags) \
	STUB(number, __sys_##name, name, int $0x80)
#define SYSCALL_QUICK(number, name, argwords, flags) \
	STUB(number, __sys_##name, name, lcall $7, $0)
#define STUB(number, strong, public, ...)	\
	.p2align 4			; \
	.globl	strong			; \
	.weak	public			; \
	.type	strong, @function	; \
	.type	public, @function	; \
strong:					; \
public:					; \
	.cfi_startproc			; \
	movl	$number, %eax		; \
	__VA_ARGS__			; \
	jc	.Lcerror		; \
	ret				; \
	.cfi_endproc			; \
	.size	strong, . - strong	; \
	.size	public, . - public	;

	.cfi_sections .debug_frame	// a debugger finds the caller by this
	.text
#include <sys/syscalls.def>
#undef pipe

// .Lcerror: common end of failed calls.
//   stack      (esp) return address of the stub
//   registers  in: eax errno. Out: eax -1, edx -1
.Lcerror:
	pushl	%eax
	subl	$8, %esp		// aligned again for the call
	call	__error
	addl	$8, %esp
	popl	%ecx
	movl	%ecx, (%eax)
	movl	$-1, %eax
	movl	$-1, %edx
	ret

// pipe: int pipe(int fds[2]). The kernel returns read and write end in eax and edx.
//   stack      4(esp) fds
	.p2align 4
	.weak	pipe
	.type	pipe, @function
pipe:
	call	__sys_pipe
	testl	%eax, %eax
	js	1f			// errno is set
	movl	4(%esp), %ecx
	movl	%eax, (%ecx)
	movl	%edx, 4(%ecx)
	xorl	%eax, %eax
1:	ret
	.size	pipe, . - pipe

	.section .note.GNU-stack, "", @progbits
