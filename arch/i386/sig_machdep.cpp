// SPDX-License-Identifier: BSD-2-Clause
// User contexts: registers and FPU state to and from a mcontext_t.
// After FreeBSD 5.0 sys/i386/i386/machdep.c, get_mcontext() and set_mcontext().
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/npx.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>

#include <string.h>

namespace {

// From mc_fs to mc_ss a context is a trapframe, word for word.
static_assert(offsetof(mcontext_t, mc_len) - offsetof(mcontext_t, mc_fs) == sizeof(trapframe));

constexpr uint32_t selector_bits = 0xffff;      // the rest of a pushed segment word is undefined

// selectors_are_users: none of them reaches the kernel's segments, and each can be loaded.
bool selectors_are_users(trapframe const &frame, uint32_t gs)
{
	return (frame.tf_cs & selector_bits) == UCSEL && (frame.tf_ss & selector_bits) == UDSEL &&
	    user_data_selector(frame.tf_ds) && user_data_selector(frame.tf_es) &&
	    user_data_selector(frame.tf_fs) && user_data_selector(gs);
}

}

void get_mcontext(thread *td, mcontext_t *mc)
{
	KASSERT(td == curthread, "context of thread %u asked for by another", td->td_tid);
	memset(mc, 0, sizeof *mc);
	trapframe frame = *td->td_frame;
	for (uint32_t *selector : {&frame.tf_fs, &frame.tf_es, &frame.tf_ds, &frame.tf_cs,
	    &frame.tf_ss})
		*selector &= selector_bits;
	// A kernel address is nobody's business.
	frame.tf_isp = 0;
	memcpy(&mc->mc_fs, &frame, sizeof frame);
	mc->mc_gs = rgs();
	mc->mc_len = sizeof *mc;
	npx_get(mc);
}

Errno set_mcontext(thread *td, mcontext_t const *mc)
{
	KASSERT(td == curthread, "context of thread %u set by another", td->td_tid);
	if (mc->mc_len != sizeof *mc)
		return EINVAL;
	trapframe frame;
	memcpy(&frame, &mc->mc_fs, sizeof frame);
	auto const gs = static_cast<uint32_t>(mc->mc_gs);
	if (!selectors_are_users(frame, gs))
		return EINVAL;
	TRY(npx_set(mc));
	frame.tf_isp = td->td_frame->tf_isp;
	frame.tf_eflags = (frame.tf_eflags & PSL_USERCHANGE) |
	    (td->td_frame->tf_eflags & ~uint32_t{PSL_USERCHANGE});
	*td->td_frame = frame;
	load_gs(static_cast<uint16_t>(gs));
	return OK;
}
