// SPDX-License-Identifier: BSD-2-Clause
// Walking the chain of frame pointers, for panic, tests and the double-fault report.
// After FreeBSD's ddb stack trace (i386/i386/db_trace.c); every address is checked before use.
#include <kern/ksyms.hpp>
#include <kern/md.hpp>
#include <machine/frame.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/segments.hpp>
#include <vm/vm_glue.hpp>

namespace {

extern "C" {
extern char const kernel_text_start[], kernel_text_end[];
extern char const thread0_stack[];
// Return addresses inside the entry code: above them lies a trapframe.
extern char const trap_return[], intr_return[];
}

uintptr_t address(char const *symbol)
{
	return reinterpret_cast<uintptr_t>(symbol);
}

// stack_extent: a kernel stack, as [low, past). All of it is mapped, so no word of it faults.
struct stack_extent final {
	uintptr_t low;
	uintptr_t past;

	bool holds(uintptr_t at, size_t bytes) const
	{
		return at % sizeof(uintptr_t) == 0 && at >= low && at < past &&
		    past - at >= bytes;
	}
};

// extent_around: the stack that `at` may belong to: td's own, or the one the machine started on.
stack_extent extent_around(thread const *td, uintptr_t at)
{
	if (td != nullptr && td->td_kstack != 0) {
		stack_extent const own{td->td_kstack,
		    td->td_kstack + static_cast<size_t>(td->td_kstack_pages) * page_size};
		if (own.holds(at, sizeof(uintptr_t)))
			return own;
	}
	uintptr_t const first = address(thread0_stack);
	return {first, first + kstack_bytes};
}

bool is_text(uintptr_t pc)
{
	return pc >= address(kernel_text_start) && pc < address(kernel_text_end);
}

// frame_above: the trap frame above words of the chain that end at a kernel entry, or null.
trapframe const *frame_above(stack_extent const &stack, uintptr_t fp, uintptr_t pc)
{
	// Above the return address come the argument and the interrupted context.
	uintptr_t const frame_at = fp + 3 * sizeof(uintptr_t);
	if ((pc != address(trap_return) && pc != address(intr_return)) ||
	    !stack.holds(frame_at, offsetof(trapframe, tf_esp)))
		return nullptr;
	return reinterpret_cast<trapframe const *>(frame_at);
}

// walk: the loop of both entry points. Each frame is {caller's frame pointer, return address}; the
// chain must rise within one stack, which bounds it.
size_t walk(stack_extent const &stack, uintptr_t fp, uintptr_t *pcs, size_t most)
{
	size_t n = 0;
	while (n < most && stack.holds(fp, 2 * sizeof(uintptr_t))) {
		auto const *words = reinterpret_cast<uintptr_t const *>(fp);
		uintptr_t const next = words[0], pc = words[1];
		if (!is_text(pc))
			break;
		pcs[n++] = pc;
		if (trapframe const *frame = frame_above(stack, fp, pc); frame != nullptr &&
		    n < most) {
			if (trapframe_usermode(frame))
				break;
			pcs[n++] = frame->tf_eip;
		}
		if (next <= fp)
			break;
		fp = next;
	}
	return n;
}

}

size_t stack_trace(uintptr_t fp, uintptr_t *pcs, size_t most)
{
	if (fp == 0)
		fp = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
	return walk(extent_around(curthread, fp), fp, pcs, most);
}

size_t stack_trace_frame(trapframe const *frame, uintptr_t *pcs, size_t most)
{
	if (most == 0 || trapframe_usermode(frame))
		return 0;
	pcs[0] = frame->tf_eip;
	return 1 + stack_trace(frame->tf_ebp, &pcs[1], most - 1);
}

trapframe const *stack_outermost(thread const *td, trapframe const *frame)
{
	stack_extent const stack = extent_around(td, reinterpret_cast<uintptr_t>(frame));
	uintptr_t fp = frame->tf_ebp;
	while (stack.holds(fp, 2 * sizeof(uintptr_t))) {
		auto const *words = reinterpret_cast<uintptr_t const *>(fp);
		trapframe const *const above = frame_above(stack, fp, words[1]);
		if (above != nullptr && trapframe_usermode(above))
			break;
		if (above != nullptr)
			frame = above;
		if (words[0] <= fp)
			break;
		fp = words[0];
	}
	return frame;
}

size_t stack_trace_at(thread const *td, code_position const &at, uintptr_t *pcs, size_t most)
{
	constexpr auto push_ebp = uint8_t{0x55};
	size_t n = 0;
	uint32_t offset;
	stack_extent const stack = extent_around(td, at.sp);
	if (n < most)
		pcs[n++] = at.pc;
	// At a function's first instruction the return address is on top, at its second below ebp.
	if (n < most && ksym_lookup(at.pc, &offset) != nullptr) {
		bool const pushed = offset == 1 &&
		    *reinterpret_cast<uint8_t const *>(at.pc - 1) == push_ebp;
		uintptr_t const word = at.sp + (pushed ? sizeof(uintptr_t) : 0);
		if ((offset == 0 || pushed) && stack.holds(word, sizeof(uintptr_t)) &&
		    is_text(*reinterpret_cast<uintptr_t const *>(word)))
			pcs[n++] = *reinterpret_cast<uintptr_t const *>(word);
	}
	return n + walk(stack, at.fp, &pcs[n], most - n);
}

size_t stack_trace_thread(thread const *td, uintptr_t *pcs, size_t most)
{
	if (td->td_pcb == nullptr || most == 0)
		return 0;
	uintptr_t const fp = td->td_pcb->pcb_ebp;
	pcs[0] = td->td_pcb->pcb_eip;
	return 1 + walk(extent_around(td, fp), fp, &pcs[1], most - 1);
}
