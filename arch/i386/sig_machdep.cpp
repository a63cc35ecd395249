// SPDX-License-Identifier: BSD-2-Clause
// User contexts: registers and FPU state to and from a mcontext_t, and frames for signal handlers.
// After FreeBSD 5.0 sys/i386/i386/machdep.c: get_mcontext(), set_mcontext(), sendsig(),
// sigreturn().
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/npx.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>
#include <machine/sigframe.h>
#include <vm/vm.hpp>

#include <string.h>

namespace {

// From mc_fs to mc_ss a context is a trapframe, word for word.
static_assert(offsetof(mcontext_t, mc_len) - offsetof(mcontext_t, mc_fs) == sizeof(trapframe));

constexpr int selector_bits = 0xffff;      // the rest of a pushed segment word is undefined

// data_selector: one that user mode may load.
bool data_selector(int selector)
{
	return user_data_selector(static_cast<uint32_t>(selector));
}

// selectors_are_users: none of them reaches the kernel's segments, and each can be loaded.
bool selectors_are_users(mcontext_t const &mc)
{
	return (mc.mc_cs & selector_bits) == UCSEL && (mc.mc_ss & selector_bits) == UDSEL &&
	    data_selector(mc.mc_ds) && data_selector(mc.mc_es) && data_selector(mc.mc_fs) &&
	    data_selector(mc.mc_gs);
}

}

size_t get_mcontext_part(thread *td, mcontext_t *mc)
{
	KASSERT(td == curthread, "context of thread %u asked for by another", td->td_tid);
	mc->mc_onstack = 0;
	mc->mc_gs = rgs();
	__builtin_memcpy(&mc->mc_fs, td->td_frame, sizeof(trapframe));
	mc->mc_fs &= selector_bits;
	mc->mc_es &= selector_bits;
	mc->mc_ds &= selector_bits;
	mc->mc_cs &= selector_bits;
	mc->mc_ss &= selector_bits;
	// A kernel address is nobody's business.
	mc->mc_isp = 0;
	mc->mc_len = sizeof *mc;
	mc->mc_spare1[0] = 0;
	return offsetof(mcontext_t, mc_fpstate) + npx_get(mc);
}

void get_mcontext(thread *td, mcontext_t *mc)
{
	size_t const bytes = get_mcontext_part(td, mc);
	memset(reinterpret_cast<char *>(mc) + bytes, 0, sizeof *mc - bytes);
}

Errno set_mcontext(thread *td, mcontext_t const *mc)
{
	KASSERT(td == curthread, "context of thread %u set by another", td->td_tid);
	if (mc->mc_len != sizeof *mc)
		return EINVAL;
	if (!selectors_are_users(*mc))
		return EINVAL;
	TRY(npx_set(mc));
	trapframe *frame = td->td_frame;
	uint32_t const isp = frame->tf_isp;
	uint32_t const kernels_flags = frame->tf_eflags & ~uint32_t{PSL_USERCHANGE};
	memcpy(frame, &mc->mc_fs, sizeof *frame);
	frame->tf_isp = isp;
	frame->tf_eflags = (frame->tf_eflags & PSL_USERCHANGE) | kernels_flags;
	load_gs(static_cast<uint16_t>(mc->mc_gs));
	return OK;
}

namespace {

uint32_t word_of(void const *pointer)
{
	return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

// frame_address: where the signal frame goes: below what the thread has on its stack, or at the top
// of the alternate stack. What is no stack is found out by the copy.
uint32_t frame_address(trapframe const *frame, signal_delivery const &d, bool on_altstack)
{
	bool const moves = d.on_altstack && !on_altstack && (d.altstack.ss_flags & SS_DISABLE) == 0;
	uint32_t const top = moves ? word_of(d.altstack.ss_sp) + d.altstack.ss_size
	    : frame->tf_esp;
	return (top - static_cast<uint32_t>(sizeof(sigframe))) & ~15u;
}

// fill_info: the second to fourth arguments of the handler, in one of two styles.
void fill_info(sigframe &sf, uint32_t at, signal_delivery const &d)
{
	sf.sf_signum = d.sig;
	sf.sf_ucontext = at + static_cast<uint32_t>(offsetof(sigframe, sf_uc));
	sf.sf_ahu = to_word(d.handler);
	__builtin_memset(sf.sf_spare, 0, sizeof sf.sf_spare);
	if (!d.wants_info) {
		sf.sf_siginfo = static_cast<uint32_t>(d.cause.code);
		sf.sf_addr = d.cause.address;
		return;
	}
	sf.sf_siginfo = at + static_cast<uint32_t>(offsetof(sigframe, sf_si));
	sf.sf_addr = 0;
	memset(&sf.sf_si, 0, sizeof sf.sf_si);
	sf.sf_si.si_signo = d.sig;
	sf.sf_si.si_code = d.cause.code;
	sf.sf_si.si_pid = d.cause.pid;
	sf.sf_si.si_uid = d.cause.uid;
	sf.sf_si.si_status = d.cause.status;
	sf.sf_si.si_addr = reinterpret_cast<void *>(uintptr_t{d.cause.address});
}

// fill_context: what the handler comes back to. Returns how many bytes of sf.sf_uc, from its start,
// are filled in.
size_t fill_context(sigframe &sf, thread *td, signal_delivery const &d, bool on_altstack)
{
	ucontext_t &uc = sf.sf_uc;
	size_t const bytes = get_mcontext_part(td, &uc.uc_mcontext);

	uc.uc_mcontext.mc_onstack = on_altstack ? 1 : 0;
	uc.uc_sigmask = d.mask;
	uc.uc_link = nullptr;
	uc.uc_stack = d.altstack;
	if (on_altstack)
		uc.uc_stack.ss_flags |= SS_ONSTACK;
	uc.uc_flags = 0;
	__builtin_memset(uc.__spare__, 0, sizeof uc.__spare__);
	return offsetof(ucontext_t, uc_mcontext) + bytes;
}

// put_part: bytes from `from` to `past` of a frame to where it goes.
Errno put_part(sigframe const &sf, uint32_t at, size_t from, size_t past)
{
	return copyout(reinterpret_cast<char const *>(&sf) + from, user_at(uaddr{at}, from),
	    past - from);
}

// put_frame: the parts that say something. What lies between them on the user's stack stays: the
// frame in the kernel is not cleared, so that nothing but what was filled in may go out.
Errno put_frame(sigframe const &sf, uint32_t at, size_t context_bytes, bool with_info)
{
	constexpr size_t context = offsetof(sigframe, sf_uc);
	constexpr size_t rest = context + offsetof(ucontext_t, uc_link);
	constexpr size_t rest_past = context + offsetof(ucontext_t, __spare__) +
	    sizeof sf.sf_uc.__spare__;

	TRY(put_part(sf, at, 0, context + context_bytes));
	TRY(put_part(sf, at, rest, rest_past));
	return with_info ? put_part(sf, at, offsetof(sigframe, sf_si), sizeof sf) : OK;
}

// flags_are_users: a context changes none of the flags that are the kernel's.
bool flags_are_users(uint32_t wanted, uint32_t present)
{
	return ((wanted ^ present) & ~uint32_t{PSL_USERCHANGE}) == 0;
}

}

//   esp ─► sf_signum     the trampoline calls sf_ahu with the four words from here as arguments
//          ...
//          sf_uc         what sigreturn goes back to
//          sf_si
//          (padding)     the frame is 16-aligned
//          the thread's own stack, or the top of the alternate one
Errno sendsig(thread *td, signal_delivery const &d)
{
	trapframe *frame = td->td_frame;
	sigframe sf;

	KASSERT(td == curthread, "signal frame of thread %u made by another", td->td_tid);
	bool const on_altstack = (d.altstack.ss_flags & SS_DISABLE) == 0 &&
	    frame->tf_esp - word_of(d.altstack.ss_sp) < d.altstack.ss_size;
	uint32_t const at = frame_address(frame, d, on_altstack);
	size_t const context_bytes = fill_context(sf, td, d, on_altstack);
	fill_info(sf, at, d);
	TRY(put_frame(sf, at, context_bytes, d.wants_info));
	frame->tf_esp = at;
	frame->tf_eip = to_word(vm_layout::sigcode);
	frame->tf_eflags &= ~uint32_t{PSL_T | PSL_D};
	frame->tf_cs = UCSEL;
	frame->tf_ds = frame->tf_es = frame->tf_fs = frame->tf_ss = UDSEL;
	npx_drop(td);           // the handler starts with a clean FPU; %gs stays the thread's
	return OK;
}

// fetch_context: of a context what sigreturn needs, each word once: mask and registers, then the
// FPU's state if the first part says that there is one.
static Errno fetch_context(uaddr at, ucontext_t &uc)
{
	constexpr size_t first = offsetof(ucontext_t, uc_mcontext) +
	    offsetof(mcontext_t, mc_fpstate);
	mcontext_t &mc = uc.uc_mcontext;

	TRY(copyin(at, &uc, first));
	return npx_in_context(mc) ? copyin(user_at(at, first), mc.mc_fpstate, sizeof mc.mc_fpstate)
	    : OK;
}

// sigreturn: go on with a context, as the return of a handler does.
//   sigcntxp   address of a ucontext_t
//   result     does not return to its caller
//   errors     EFAULT; EINVAL the context asks for privilege, or is of no known kind: nothing has
//              changed
//   locks      takes p_mtx
Errno sys_sigreturn(thread *td, sigreturn_args const &uap)
{
	ucontext_t uc;
	TRY(fetch_context(uap.sigcntxp, uc));
	if (!flags_are_users(static_cast<uint32_t>(uc.uc_mcontext.mc_eflags),
	    td->td_frame->tf_eflags))
		return EINVAL;
	TRY(thread_setcontext(td, &uc));
	return EJUSTRETURN;
}
