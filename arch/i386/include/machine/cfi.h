/* SPDX-License-Identifier: BSD-2-Clause */
/* Call frame information of the kernel's entries: how a debugger gets to what they left. */
/* Written for Kestrel after DWARF's chapter 6.4; none of it is loaded. */
#pragma once

/* Numbers of registers that the assembler has no name for. */
#define CFI_EFLAGS	9
#define CFI_ES		40
#define CFI_CS		41
#define CFI_DS		43
#define CFI_FS		44

/*
 * The frame address is behind tf_eflags, from where all other words have one distance: what the
 * processor pushed below it, and what the stubs add. TF_CS and the rest of struct trapframe are the
 * same distances from the other end.
 */
#define CFI_FROM_CPU	12
#define CFI_FROM_STUB	20

/*
 * CFI_ENTRY depth: a function that something else than a call enters, esp being depth bytes below
 * the frame address. The stack pointer before is in the next word when the code segment says user
 * mode; else it is the frame address itself, since the processor has not changed stacks:
 *	dup; lit8; minus; deref; lit3; and; bra 1f; skip 2f; 1: deref; 2:
 */
	.macro	CFI_ENTRY depth
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa esp, \depth
	.cfi_offset eip, -12
	.cfi_offset CFI_CS, -8
	.cfi_offset CFI_EFLAGS, -4
	.cfi_escape 0x16, 4, 13, 0x12, 0x38, 0x1c, 0x06, 0x33, 0x1a, 0x28, 3, 0, 0x2f, 1, 0, 0x06
	.endm

/*
 * CFI_ENTRY_FAR: the entry by a call gate, from user mode: eip, cs, esp and ss at esp, the flags in
 * their register.
 */
	.macro	CFI_ENTRY_FAR
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa esp, 8
	.cfi_offset eip, -8
	.cfi_offset CFI_CS, -4
	.cfi_offset esp, 0
	.cfi_same_value CFI_EFLAGS
	.endm

/* CFI_GENERAL: pushal has run; CFI_GENERAL_BACK: popal has. */
	.macro	CFI_GENERAL
	.cfi_offset eax, -24
	.cfi_offset ecx, -28
	.cfi_offset edx, -32
	.cfi_offset ebx, -36
	.cfi_offset ebp, -44
	.cfi_offset esi, -48
	.cfi_offset edi, -52
	.endm
	.macro	CFI_GENERAL_BACK
	.cfi_same_value eax
	.cfi_same_value ecx
	.cfi_same_value edx
	.cfi_same_value ebx
	.cfi_same_value ebp
	.cfi_same_value esi
	.cfi_same_value edi
	.endm
