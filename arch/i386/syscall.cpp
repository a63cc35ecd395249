// SPDX-License-Identifier: BSD-2-Clause
// Behind the two system call gates: arguments in, dispatch, results out.
// After FreeBSD 5.0 sys/i386/i386/trap.c, syscall(); unknown numbers answer ENOSYS, without SIGSYS.
#include <kern/syscall.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/signalvar.hpp>
#include <kern/thread.hpp>
#include <machine/frame.hpp>
#include <machine/intr.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>

// syscall: from the gate, interrupts on. syscall_traced: instead, while system calls are recorded.
extern "C" void syscall(trapframe *frame);
extern "C" void syscall_traced(trapframe *frame);

namespace {

// Numbers of the calls whose first argument is the number: a word, or two of which one counts.
constexpr uint32_t sys_indirect = 0;
constexpr uint32_t sys_indirect_quad = 198;

// gate_call: number and arguments as user mode gave them.
struct gate_call final {
	uint32_t number;
	uaddr    arguments;
};

// decode: above the return address come the arguments, or the number and then they.
result<gate_call> decode(trapframe const *frame)
{
	gate_call c{frame->tf_eax, uaddr{frame->tf_esp + sizeof(uint32_t)}};
	if (c.number != sys_indirect && c.number != sys_indirect_quad)
		return c;
	size_t const bytes = c.number == sys_indirect ? sizeof(uint32_t) : sizeof(uint64_t);
	auto const number = fetch_word(c.arguments);
	if (!number)
		return fail(number.error());
	return gate_call{*number, user_at(c.arguments, bytes)};
}

[[gnu::always_inline]] inline Errno call_entry(thread *td, sysent const &entry, void const *words)
{
	if (entry.mpsafe)
		return entry.call(td, words);
	mtx_guard g{Giant};
	return entry.call(td, words);
}

// call_traced: call_entry() with its events, apart from dispatch(), where both have one site.
[[gnu::noinline, gnu::cold]] Errno call_traced(thread *td, sysent const &entry,
    uint32_t const *words)
{
	KTR(KTR_SYSC, "syscall", "thread {td} calls {call:s}({a:x}, {b:x}, {c:x})", td->td_tid,
	    entry.name, entry.words > 0 ? words[0] : 0, entry.words > 1 ? words[1] : 0,
	    entry.words > 2 ? words[2] : 0);
	Errno const error = call_entry(td, entry, words);
	KTR(KTR_SYSC, "result", "thread {td} is answered error {error:d}, value {value:x}",
	    td->td_tid, error, td->td_retval[0]);
	return error;
}

Errno dispatch(thread *td, trapframe const *frame)
{
	uint32_t words[syscall_max_words];
	gate_call const c = TRY(decode(frame));
	sysent const &entry = sysent_lookup(c.number);
	if (entry.call == nullptr)
		return ENOSYS;
	if (entry.words != 0)
		TRY(copyin(c.arguments, words, entry.words * sizeof words[0]));
	td->td_retval[0] = 0;
	td->td_retval[1] = frame->tf_edx;
	if (ktr_wanted<KTR_SYSC>()) [[unlikely]]
		return call_traced(td, entry, words);
	return call_entry(td, entry, words);
}

}

void cpu_set_syscall_retval(thread *td, Errno error)
{
	trapframe *frame = td->td_frame;
	switch (error) {
	case OK:
		frame->tf_eax = td->td_retval[0];
		frame->tf_edx = td->td_retval[1];
		frame->tf_eflags &= ~uint32_t{PSL_C};
		break;
	case ERESTART:
		// The gate's instruction again; in a frame of another kind tf_err is no size.
		KASSERT(frame->tf_trapno == IDT_SYSCALL, "a restart by the frame of vector %u",
		    frame->tf_trapno);
		frame->tf_eip -= frame->tf_err;
		break;
	case EJUSTRETURN:
		break;
	default:
		frame->tf_eax = static_cast<uint32_t>(error);
		frame->tf_eflags |= PSL_C;
	}
}

void syscall(trapframe *frame)
{
	thread *td = curthread;
	KASSERT(td->td_frame == frame, "frame %p of thread %u is not at the top of its stack",
	    static_cast<void *>(frame), td->td_tid);
	if ((td->td_proc->p_flag & P_KSES) != 0)
		thread_user_enter(td->td_proc, td, user_entry::syscall);
	Errno error = dispatch(td, frame);
	if (error == ERESTART) [[unlikely]]
		error = thread_restart(td);
	cpu_set_syscall_retval(td, error);
	userret(td, frame);
}

void syscall_traced(trapframe *frame)
{
	syscall(frame);
	KTR(KTR_SYSC, "sysret", "thread {td} goes to user mode", curthread->td_tid);
}
