// SPDX-License-Identifier: BSD-2-Clause
// The trap frame: all registers of an interrupted context, as the entry code pushes them.
// After FreeBSD's sys/i386/include/frame.h, word for word.
#pragma once

#include <cstddef>
#include <cstdint>

// The processor pushes from tf_ss (from user mode) or tf_eflags (from the kernel) down to tf_eip
// and for some traps tf_err; exception.S pushes the rest. Segment words hold 16 significant bits. A
// frame from kernel mode ends after tf_eflags: tf_esp and tf_ss are not part of it.
struct trapframe final {
	uint32_t tf_fs;
	uint32_t tf_es;
	uint32_t tf_ds;
	uint32_t tf_edi;
	uint32_t tf_esi;
	uint32_t tf_ebp;
	uint32_t tf_isp;        // kernel stack pointer that pushal found; never loaded
	uint32_t tf_ebx;
	uint32_t tf_edx;
	uint32_t tf_ecx;
	uint32_t tf_eax;
	uint32_t tf_trapno;     // T_* of <machine/trap.h>; an interrupt's vector
	uint32_t tf_err;        // processor's error code; a system call's size; or 0
	uint32_t tf_eip;
	uint32_t tf_cs;
	uint32_t tf_eflags;
	uint32_t tf_esp;        // from user mode only
	uint32_t tf_ss;         // from user mode only
};

static_assert(sizeof(trapframe) == 72);
static_assert(offsetof(trapframe, tf_eax) == 40);
static_assert(offsetof(trapframe, tf_eip) == 52);
