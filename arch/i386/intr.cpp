// SPDX-License-Identifier: BSD-2-Clause
// The two 8259 interrupt controllers, and dispatch of interrupts to their handlers.
// After FreeBSD's i386/isa/{icu.s,intr_machdep.c}; handlers run at once, in the interrupted
// context.
#include <machine/intr.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/mutex.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/pcpu.hpp>

#include <atomic>

namespace {

// Ports of the first and the second 8259.
constexpr uint16_t icu1_command = 0x20, icu1_data = 0x21;
constexpr uint16_t icu2_command = 0xa0, icu2_data = 0xa1;
constexpr uint32_t icu_lines = 8;               // of each

constexpr uint8_t icw1_edge_cascade_icw4 = 0x11;
constexpr uint8_t icw4_8086 = 0x01;
constexpr uint8_t ocw2_eoi = 0x20;
constexpr uint8_t ocw3_read_in_service = 0x0b;
constexpr uint8_t last_line_bit = 0x80;

// One vector's handler. The function is stored last and cleared never, so that dispatch, which
// takes no lock, finds the argument that belongs to it.
struct intr_slot final {
	std::atomic<intr_handler> is_handler;
	void *is_arg;
};

constinit intr_slot slots[IDT_INTR_END - IDT_IRQ0]{};
constinit spin_mtx intr_lock{"interrupts", lock_rank::intr};
constinit uint16_t icu_mask GUARDED_BY(intr_lock) = 0xffff;     // set bits are masked lines

void icu_write_mask() REQUIRES(intr_lock)
{
	outb(icu1_data, static_cast<uint8_t>(icu_mask));
	outb(icu2_data, static_cast<uint8_t>(icu_mask >> icu_lines));
}

void icu_unmask(uint32_t irq) REQUIRES(intr_lock)
{
	icu_mask = static_cast<uint16_t>(icu_mask & ~(1u << irq) & ~(1u << IRQ_CASCADE));
	icu_write_mask();
}

// icu_spurious: the last line of a chip also stands for "the request went away", told apart by the
// in-service register. The first chip has the second one's request in service even so.
bool icu_spurious(uint32_t irq)
{
	if (irq != icu_lines - 1 && irq != ICU_LEN - 1)
		return false;
	bool const second = irq >= icu_lines;
	uint16_t const command = second ? icu2_command : icu1_command;
	outb(command, ocw3_read_in_service);
	if ((inb(command) & last_line_bit) != 0)
		return false;
	if (second)
		outb(icu1_command, ocw2_eoi);
	return true;
}

// Handlers run with interrupts off, so a line cannot come again before its handler is done: it is
// acknowledged first, and an edge that arrives meanwhile stays pending in the chip.
void icu_eoi(uint32_t irq)
{
	if (irq >= icu_lines)
		outb(icu2_command, ocw2_eoi);
	outb(icu1_command, ocw2_eoi);
}

Errno slot_set(uint32_t vector, intr_handler handler, void *arg) REQUIRES(intr_lock)
{
	intr_slot &slot = slots[vector - IDT_IRQ0];
	if (slot.is_handler.load(std::memory_order_relaxed) != nullptr)
		return EBUSY;
	slot.is_arg = arg;
	// Pairs with the acquire in intr_dispatch().
	slot.is_handler.store(handler, std::memory_order_release);
	return OK;
}

}

void icu_init()
{
	mtx_guard g{intr_lock};
	outb(icu1_command, icw1_edge_cascade_icw4);
	outb(icu1_data, IDT_IRQ0);
	outb(icu1_data, 1u << IRQ_CASCADE);
	outb(icu1_data, icw4_8086);
	outb(icu2_command, icw1_edge_cascade_icw4);
	outb(icu2_data, IDT_IRQ0 + icu_lines);
	outb(icu2_data, IRQ_CASCADE);
	outb(icu2_data, icw4_8086);
	icu_write_mask();
}

Errno intr_establish(uint32_t irq, intr_handler handler, void *arg)
{
	if (irq >= ICU_LEN || irq == IRQ_CASCADE)
		return EINVAL;
	mtx_guard g{intr_lock};
	if (Errno error = slot_set(IDT_IRQ0 + irq, handler, arg); error != OK)
		return error;
	icu_unmask(irq);
	return OK;
}

Errno intr_set_vector(uint32_t vector, intr_handler handler, void *arg)
{
	if (vector < IDT_IRQ0 + ICU_LEN || vector >= IDT_INTR_END)
		return EINVAL;
	mtx_guard g{intr_lock};
	return slot_set(vector, handler, arg);
}

void intr_dispatch(trapframe *frame)
{
	uint32_t const vector = frame->tf_trapno;
	if (vector < IDT_IRQ0 + ICU_LEN) {
		if (icu_spurious(vector - IDT_IRQ0))
			return;
		icu_eoi(vector - IDT_IRQ0);
	}
	intr_slot &slot = slots[vector - IDT_IRQ0];
	intr_handler handler = slot.is_handler.load(std::memory_order_acquire);
	if (handler == nullptr) {
		printf("stray interrupt, vector %#x\n", vector);
		return;
	}
	pcpu *pc = get_pcpu();
	pc->pc_intr_nesting++;
	handler(slot.is_arg, frame);
	pc->pc_intr_nesting--;
}

void intr_dispatch_traced(trapframe *frame)
{
	KTR(KTR_INTR, "interrupt", "interrupt {vector:x} at {pc:x}", frame->tf_trapno,
	    frame->tf_eip);
	intr_dispatch(frame);
}
