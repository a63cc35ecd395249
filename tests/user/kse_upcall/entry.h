// SPDX-License-Identifier: BSD-2-Clause
// Processor state at the first instruction of an upcall, and a system call with a marked context.
// Written for Kestrel.
#pragma once

#include <stdint.h>

// What upcall_entry found; filled in before anything is changed.
struct entry_state {
	uint32_t esp, eflags, ebp;
	uint32_t cs, ds, es, fs, gs, ss;
	uint32_t fpu_control;
};
extern struct entry_state entry_state;

// upcall_entry: a km_func; notes entry_state, then goes on in upcall_body(mailbox), same stack.
void upcall_entry(uint32_t *mailbox);
void upcall_body(uint32_t *mailbox);

// marked_read: read(fd, buf, 1) with the direction flag set, the FPU's rounding mode changed, and
// marks in ebx, esi, edi and ebp. Never returns: the UTS looks at the context that it leaves.
_Noreturn void marked_read(int fd, void *buf);
extern const char marked_read_done[];	// the instruction behind its int $0x80

#define MARK_EBX	0x0b0b0b0b
#define MARK_ESI	0x51515151
#define MARK_EDI	0xd1d1d1d1
#define MARK_EBP	0xb0b0b0b0
