/* SPDX-License-Identifier: BSD-2-Clause */
/* Multiboot entry: from the loader's flat mode to C++ at its linked address, on the first stack. */
/* After FreeBSD's sys/i386/i386/locore.s and the Multiboot 1 specification. */

#include <machine/assym.h>

	.cfi_sections .debug_frame

#define MULTIBOOT_MAGIC	0x1BADB002
#define MULTIBOOT_FLAGS	0x00000003	/* modules page-aligned; memory map wanted */

#define PTE_KERNEL	0x003		/* present, writable */
#define PDE_LARGE	0x083		/* present, writable, 4 MiB */
#define CPUID_PSE	0x008
#define CR4_PSE		0x010
#define CR0_PG_WP	0x80010000

/* Physical address of a symbol that is linked high. */
#define PHYS(symbol)	((symbol) - KERNBASE)

	.section .multiboot, "a", @progbits
	.balign 4
	.long	MULTIBOOT_MAGIC
	.long	MULTIBOOT_FLAGS
	.long	-(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.section .boot.text, "ax", @progbits
	.code32

/*
 * start: the loader jumps here.
 *	in	eax magic, ebx physical address of the multiboot information; flat segments,
 *		paging and interrupts off, no stack
 *	keeps	ebp = magic, ebx = information, through to high_start
 *
 * .bss is zeroed here because a loader need not do it again when the machine restarts. It holds
 * neither the kernel image nor anything that the loader left: loaders place those elsewhere.
 */
	.globl	start
start:
	cli
	cld
	movl	%eax, %ebp
	movl	$PHYS(bss_start), %edi
	movl	$PHYS(bss_end), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl

	movl	%ebx, %esi		/* cpuid overwrites ebx */
	movl	$1, %eax
	cpuid
	movl	%esi, %ebx
	testl	$CPUID_PSE, %edx
	jz	small_pages

/*
 * Large pages: the first 768 MiB, all that the kernel ever uses, both where they are and at
 * KERNBASE. Loaders may put modules and their information anywhere in there.
 */
	movl	%cr4, %eax
	orl	$CR4_PSE, %eax
	movl	%eax, %cr4
	movl	$PHYS(boot_pgdir), %edi
	movl	$PDE_LARGE, %eax
	movl	$(BOOT_MAP_BYTES >> 22), %ecx
1:	movl	%eax, (%edi)
	movl	%eax, (KERNBASE >> 20)(%edi)
	addl	$0x400000, %eax
	addl	$4, %edi
	loop	1b
	jmp	paging_on

/* Small pages: as much as the few tables hold. */
small_pages:
	movl	$PHYS(boot_tables), %edi
	movl	$PTE_KERNEL, %eax
	movl	$(BOOT_SMALL_TABLES * 1024), %ecx
1:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$4, %edi
	loop	1b
	movl	$PHYS(boot_pgdir), %edi
	movl	$PHYS(boot_tables) + PTE_KERNEL, %eax
	movl	$BOOT_SMALL_TABLES, %ecx
1:	movl	%eax, (%edi)
	movl	%eax, (KERNBASE >> 20)(%edi)
	addl	$0x1000, %eax
	addl	$4, %edi
	loop	1b

paging_on:
	movl	$PHYS(boot_pgdir), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$CR0_PG_WP, %eax
	movl	%eax, %cr0
	movl	$high_start, %eax
	jmp	*%eax

	.text
/*
 * high_start: at the linked address, still on the loader's segments, whose descriptor table may be
 * anywhere: the first C++ function loads our own. The first stack is thread0's, with room for its
 * pcb and trapframe on top; ebp 0 ends every backtrace here.
 */
high_start:
	.cfi_startproc
	.cfi_undefined eip
	movl	$(thread0_stack + KSTACK_BYTES - PCB_SIZE - PCB_FRAME_GAP - TF_SIZE), %esp
	movl	%ebp, %esi
	xorl	%ebp, %ebp
	pushl	$0
	popfl
	call	i386_first_cpu
	pushl	%ebx
	pushl	%esi
	call	i386_init
	ud2				/* i386_init does not return */
	.cfi_endproc

/*
 * segments_reload(): after lgdt, replace the descriptors that the segment registers still cache.
 *	clobber	eax; %gs becomes null
 */
	.globl	segments_reload
segments_reload:
	movl	$KDSEL, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$KPSEL, %eax
	movl	%eax, %fs
	xorl	%eax, %eax
	movl	%eax, %gs
	ljmp	$KCSEL, $1f
1:	ret

	.bss
	.balign	4096
	.globl	boot_pgdir		/* other CPUs start on it, too */
boot_pgdir:
	.skip	4096
boot_tables:
	.skip	4096 * BOOT_SMALL_TABLES
	.globl	thread0_stack
thread0_stack:
	.skip	KSTACK_BYTES
