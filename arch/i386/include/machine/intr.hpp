// SPDX-License-Identifier: BSD-2-Clause
// Interrupt lines and vectors: establishing handlers, masking, dispatch.
// After FreeBSD's i386/isa/intr_machdep.h; no interrupt threads, see docs/architecture.md.
#pragma once

#include <kern/errno.hpp>

#include <cstdint>

struct trapframe;

// Lines of the two 8259s.
enum : uint32_t {
	IRQ_CLOCK = 0,
	IRQ_KEYBOARD = 1,
	IRQ_CASCADE = 2,
	IRQ_COM2 = 3,
	IRQ_COM1 = 4,
	IRQ_COM3 = 5,
};
inline constexpr uint32_t ICU_LEN = 16;         // how many there are

// Vectors: 0-31 are the processor's exceptions, IDT_SYSCALL is int $0x80.
enum : uint32_t {
	IDT_IRQ0 = 0x20,                // lines 0 to 15
	IDT_LAPIC_TIMER = 0x30,
	IDT_IPI_AST = 0x31,             // look at ke_flags, or at the run queue
	IDT_IPI_TLB = 0x32,             // forget translations
	IDT_LAPIC_SPURIOUS = 0x3f,      // low four bits set: older local APICs demand it
	IDT_INTR_END = 0x40,            // past the last vector that has an interrupt stub
	IDT_SYSCALL = 0x80,
	NIDT = 256,
};

// A handler runs with interrupts off on the current kernel stack; it may take spin locks and call
// wakeup(), and never sleeps. `frame` is the interrupted context.
using intr_handler = void (*)(void *arg, trapframe *frame);

// icu_init: program both 8259s, all lines masked. Once, with interrupts off.
void icu_init();

// intr_establish: handler(arg, frame) at each interrupt of line `irq`, which is unmasked. One
// handler a line: EBUSY when it has one, EINVAL when there is no such line.
Errno intr_establish(uint32_t irq, intr_handler handler, void *arg);

// intr_set_vector: the same for a vector above the lines, which needs no unmasking; the handler
// acknowledges its interrupt itself.
Errno intr_set_vector(uint32_t vector, intr_handler handler, void *arg);

// intr_dispatch: called by the stubs of exception.S with the vector in tf_trapno.
// intr_dispatch_traced: instead, while interrupts are recorded.
extern "C" void intr_dispatch(trapframe *frame);
extern "C" void intr_dispatch_traced(trapframe *frame);
