// SPDX-License-Identifier: BSD-2-Clause
// The i386's own rooms: descriptors, user contexts, kernel faults, interrupts, clock, backtraces.
// Written for Kestrel.
#include <kern/callout.hpp>
#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/intr.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>
#include <tests/kernel/worker.hpp>

// Flat segments and a gate as Intel's manual draws them.
static_assert(segment(0, 0xffffffff, SDT_MEMERA, 0) == descriptor{0x00cf9b000000ffff});
static_assert(segment(0, 0xffffffff, SDT_MEMRWA, 3) == descriptor{0x00cff3000000ffff});
static_assert(segment(0x12345678, 103, SDT_SYS386TSS, 0) == descriptor{0x1200893456780067});
static_assert(gate(0x08, 0xc0123456, SDT_SYS386IGT, 0) == descriptor{0xc0128e0000083456});
static_assert(gate(0x30, 0, SDT_SYSTASKGT, 0) == descriptor{0x0000850000300000});

static_assert(user_data_selector(0) && user_data_selector(3) && user_data_selector(UDSEL));
static_assert(!user_data_selector(KDSEL) && !user_data_selector(KPSEL | 3));
static_assert(!user_data_selector(GSEL(GLDT_SEL)) && !user_data_selector(LSEL(1)));

namespace {

// Too large for the stack of a test, and 16-aligned.
constinit mcontext_t context{};

// plain_context: the test thread's context, made one of user mode; the thread never goes there.
void plain_context()
{
	get_mcontext(curthread, &context);
	context.mc_cs = UCSEL;
	context.mc_ss = context.mc_ds = context.mc_es = context.mc_fs = UDSEL;
	context.mc_gs = 0;
	context.mc_eflags = PSL_USER;
}

[[gnu::noinline]] void call_null(void *)
{
	void (*volatile function)() = nullptr;
	function();
}

[[gnu::noinline]] void write_null(void *)
{
	char volatile *volatile pointer = nullptr;
	*pointer = 1;
}

[[gnu::noinline]] void write_text(void *)
{
	auto volatile *volatile pointer = reinterpret_cast<uint8_t volatile *>(
	    reinterpret_cast<uintptr_t>(&call_null));
	*pointer = 0x90;
}

[[gnu::noinline]] void run_undefined(void *)
{
	__builtin_trap();
}

void ignore_interrupt(void *, trapframe *)
{
}

}

SELFTEST(a_user_context_is_accepted_whole)
{
	plain_context();
	context.mc_eax = 0x12345678;
	context.mc_eip = 0x08048000;
	EXPECT(set_mcontext(curthread, &context) == OK);
	EXPECT_EQ(0x12345678, curthread->td_frame->tf_eax);
	EXPECT_EQ(0x08048000, curthread->td_frame->tf_eip);
}

SELFTEST(a_context_with_a_kernel_selector_is_refused)
{
	for (int mcontext_t::*selector : {&mcontext_t::mc_cs, &mcontext_t::mc_ss,
	    &mcontext_t::mc_ds, &mcontext_t::mc_es, &mcontext_t::mc_fs, &mcontext_t::mc_gs}) {
		plain_context();
		context.*selector = KDSEL;
		EXPECT(set_mcontext(curthread, &context) == EINVAL);
		context.*selector = KCSEL | 3;
		EXPECT(set_mcontext(curthread, &context) == EINVAL);
	}
}

SELFTEST(a_context_of_the_wrong_length_is_refused)
{
	plain_context();
	context.mc_len = 0;
	EXPECT(set_mcontext(curthread, &context) == EINVAL);
}

SELFTEST(a_context_cannot_change_privileged_flags)
{
	plain_context();
	curthread->td_frame->tf_eflags = PSL_USER;
	context.mc_eflags = PSL_C | PSL_IOPL | PSL_VM | PSL_VIF;
	EXPECT(set_mcontext(curthread, &context) == OK);
	EXPECT_EQ(PSL_USER | PSL_C, curthread->td_frame->tf_eflags);
}

SELFTEST(a_context_with_an_unknown_fpu_format_is_refused)
{
	plain_context();
	context.mc_ownedfp = _MC_FPOWNED_PCB;
	context.mc_fpformat = 0x10077;
	EXPECT(set_mcontext(curthread, &context) == EINVAL);
	context.mc_ownedfp = 1;
	EXPECT(set_mcontext(curthread, &context) == EINVAL);
}

SELFTEST(a_context_shows_no_kernel_address)
{
	plain_context();
	EXPECT_EQ(0, context.mc_isp);
}

SELFTEST(a_call_of_null_panics_readably)
{
	EXPECT(selftest_panics(call_null, nullptr, "null function pointer"));
}

SELFTEST(a_write_through_null_panics_readably)
{
	EXPECT(selftest_panics(write_null, nullptr, "through a null pointer"));
}

SELFTEST(kernel_text_is_read_only_to_the_kernel)
{
	EXPECT(selftest_panics(write_text, nullptr, "write of"));
}

SELFTEST(an_undefined_instruction_in_the_kernel_panics)
{
	EXPECT(selftest_panics(run_undefined, nullptr, "invalid opcode in kernel mode"));
}

SELFTEST(an_interrupt_line_takes_one_handler)
{
	constexpr uint32_t unused_irq = 9;
	EXPECT(intr_establish(unused_irq, ignore_interrupt, nullptr) == OK);
	EXPECT(intr_establish(unused_irq, ignore_interrupt, nullptr) == EBUSY);
	EXPECT(intr_establish(ICU_LEN, ignore_interrupt, nullptr) == EINVAL);
	EXPECT(intr_establish(IRQ_CASCADE, ignore_interrupt, nullptr) == EINVAL);
}

SELFTEST(uptime_never_goes_back)
{
	uint64_t last = nanouptime();
	for (int i = 0; i < 10'000; i++) {
		uint64_t const now = nanouptime();
		EXPECT(now >= last);
		last = now;
	}
}

static uint64_t uptime_ms()
{
	return nanouptime() / 1'000'000;
}

static uint64_t ticked_ms()
{
	return static_cast<uint64_t>(ticks) * 1000 / static_cast<uint64_t>(hz);
}

// A busy host delays ticks, makes up for some of them in bursts, and drops others: since boot they
// can only be behind.
SELFTEST(ticks_are_not_ahead_of_uptime)
{
	(void)tsleep(&context, PWAIT, "clktest", 20);
	EXPECT(ticked_ms() <= uptime_ms() + uptime_ms() / 100);
}

SELFTEST(a_backtrace_begins_at_its_caller)
{
	uintptr_t pcs[8];
	size_t const n = stack_trace(0, pcs, 8);
	EXPECT(n >= 2);
	uintptr_t const here = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
	EXPECT_EQ(here, pcs[1]);
}
