// SPDX-License-Identifier: BSD-2-Clause
// The debugger's view of the machine: registers of any thread, memory that may not be there.
// After FreeBSD's i386/i386/db_interface.c and gdb_machdep.c.
#include <kern/kdb.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/kdb_machdep.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>
#include <machine/smp.hpp>
#include <machine/uaccess_md.hpp>
#include <kern/md.hpp>
#include <vm/vm_map.hpp>

#include <string.h>

// In exception.S: between these the older gate arranges its frame.
extern "C" void Xlcall_stepped();
extern "C" void Xlcall_framed();

namespace {

enum : size_t { r_eax, r_ecx, r_edx, r_ebx, r_esp, r_ebp, r_esi, r_edi, r_eip, r_eflags, r_cs,
	r_ss, r_ds, r_es, r_fs, r_gs };
static_assert(r_gs + 1 == kdb_register_count && r_eip == kdb_register_eip);

// Of this CPU's session.
constinit trapframe *session_frame{};

// Flags that a debugger may change in a frame: not the privilege of ports, not the mode; and not
// that of nested tasks, with which the kernel's next iret would be a task switch.
constexpr uint32_t flags_settable = (PSL_USERCHANGE & ~uint32_t{PSL_NT}) | PSL_I;

void put(kdb_registers &r, size_t number, uint32_t value)
{
	r.kr_value[number] = value;
	r.kr_known |= 1u << number;
}

void from_frame(kdb_registers &r, trapframe const *f)
{
	bool const user = trapframe_usermode(f);
	put(r, r_eax, f->tf_eax);
	put(r, r_ecx, f->tf_ecx);
	put(r, r_edx, f->tf_edx);
	put(r, r_ebx, f->tf_ebx);
	put(r, r_ebp, f->tf_ebp);
	put(r, r_esi, f->tf_esi);
	put(r, r_edi, f->tf_edi);
	put(r, r_eip, f->tf_eip);
	put(r, r_eflags, f->tf_eflags);
	put(r, r_cs, f->tf_cs & 0xffff);
	put(r, r_ds, f->tf_ds & 0xffff);
	put(r, r_es, f->tf_es & 0xffff);
	put(r, r_fs, f->tf_fs & 0xffff);
	// A frame from the kernel ends where the stack pointer was.
	put(r, r_esp, user ? f->tf_esp : static_cast<uint32_t>(
	    reinterpret_cast<uintptr_t>(&f->tf_esp)));
	put(r, r_ss, user ? f->tf_ss & 0xffff : uint32_t{KDSEL});
}

// A thread that is switched out goes on as if cpu_switch returned: the word under its stack
// pointer is the return address.
void from_pcb(kdb_registers &r, pcb const *p)
{
	put(r, r_ebx, p->pcb_ebx);
	put(r, r_esp, p->pcb_esp + static_cast<uint32_t>(sizeof(uint32_t)));
	put(r, r_ebp, p->pcb_ebp);
	put(r, r_esi, p->pcb_esi);
	put(r, r_edi, p->pcb_edi);
	put(r, r_eip, p->pcb_eip);
	put(r, r_eflags, PSL_KERNEL);
	put(r, r_cs, KCSEL);
	put(r, r_ss, KDSEL);
	put(r, r_ds, KDSEL);
	put(r, r_es, KDSEL);
	put(r, r_fs, KPSEL);
	put(r, r_gs, p->pcb_gs & 0xffff);
}

uint32_t *frame_word(trapframe *f, size_t number)
{
	switch (number) {
	case r_eax:
		return &f->tf_eax;
	case r_ecx:
		return &f->tf_ecx;
	case r_edx:
		return &f->tf_edx;
	case r_ebx:
		return &f->tf_ebx;
	case r_ebp:
		return &f->tf_ebp;
	case r_esi:
		return &f->tf_esi;
	case r_edi:
		return &f->tf_edi;
	case r_eip:
		return &f->tf_eip;
	case r_esp:
		return trapframe_usermode(f) ? &f->tf_esp : nullptr;
	default:
		return nullptr;
	}
}

uint32_t *pcb_word(pcb *p, size_t number)
{
	switch (number) {
	case r_ebx:
		return &p->pcb_ebx;
	case r_ebp:
		return &p->pcb_ebp;
	case r_esi:
		return &p->pcb_esi;
	case r_edi:
		return &p->pcb_edi;
	case r_eip:
		return &p->pcb_eip;
	default:
		return nullptr;
	}
}

// as_seen_by: run func in td's address space. False: td has none and the range is user mode's.
template <class Func>
bool as_seen_by(thread const *td, uintptr_t at, size_t length, Func &&func)
{
	uintptr_t const user_end = to_word(vm_layout::user_max);
	if (length == 0)
		return true;
	if (at + (length - 1) < at)
		return false;
	if (at >= user_end)
		return func();
	vmspace const *const vm =
	    td != nullptr && td->td_proc != nullptr ? td->td_proc->p_vmspace : nullptr;
	if (vm == nullptr)
		return false;
	uint32_t const before = rcr3();
	load_cr3(pmap_cr3(vm->vm_pmap));
	bool const whole = func();
	load_cr3(before);
	return whole;
}

}

bool kdb_copy(void *to, void const *from, uint32_t length)
{
	return user_copy(to, from, length) == 0;
}

void kdb_frame_set(trapframe *frame)
{
	session_frame = frame;
}

trapframe *kdb_frame(thread const *td)
{
	uint32_t const cpu = kdb_cpu_of(td);
	if (cpu == NOCPU)
		return nullptr;
	return cpu == curcpu() ? session_frame : stop_frame(cpu);
}

kdb_registers kdb_get_registers(thread const *td)
{
	kdb_registers r{};
	if (trapframe const *f = kdb_frame(td)) {
		from_frame(r, f);
		if (kdb_cpu_of(td) == curcpu())
			put(r, r_gs, rgs());
	} else if (td->td_pcb != nullptr) {
		from_pcb(r, td->td_pcb);
	}
	return r;
}

// register_word: where a register of td's is kept, null: it cannot be set, or only through flags.
static uint32_t *register_word(thread *td, size_t number)
{
	if (trapframe *const f = kdb_frame(td))
		return number == r_eflags ? &f->tf_eflags : frame_word(f, number);
	return td->td_pcb != nullptr ? pcb_word(td->td_pcb, number) : nullptr;
}

static bool has_value(thread const *td, size_t number, uint32_t value)
{
	kdb_registers const now = kdb_get_registers(td);
	return (now.kr_known & 1u << number) != 0 && now.kr_value[number] == value;
}

bool kdb_can_set_register(thread *td, size_t number, uint32_t value)
{
	return number < kdb_register_count &&
	    (has_value(td, number, value) || register_word(td, number) != nullptr);
}

bool kdb_set_register(thread *td, size_t number, uint32_t value)
{
	if (!kdb_can_set_register(td, number, value))
		return false;
	uint32_t *const word = register_word(td, number);
	if (word == nullptr)
		return true;
	if (number != r_eflags) {
		*word = value;
		return true;
	}
	// User mode without interrupts would keep its CPU for ever.
	bool const user = trapframe_usermode(kdb_frame(td));
	uint32_t const may = user ? flags_settable & ~uint32_t{PSL_I} : flags_settable;
	*word = (*word & ~may) | (value & may);
	return true;
}

char const *kdb_register_name(size_t number)
{
	constexpr char const *names[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
	    "eip", "eflags", "cs", "ss", "ds", "es", "fs", "gs"};
	static_assert(sizeof names / sizeof names[0] == kdb_register_count);
	return names[number];
}

// entering: whether `inner`, the outermost frame from kernel mode on this stack, interrupted the
// older gate before it had its frame in order.
static bool entering(trapframe const *inner)
{
	return inner->tf_eip >= reinterpret_cast<uintptr_t>(Xlcall_stepped) &&
	    inner->tf_eip < reinterpret_cast<uintptr_t>(Xlcall_framed);
}

// whole_frame: a frame from user mode. Of one that the entry code is still pushing, or popping, the
// rest is in the registers, as `inner` has them; both lie in the same order.
static trapframe whole_frame(trapframe const *user, trapframe const *inner)
{
	constexpr size_t registers = offsetof(trapframe, tf_trapno);
	trapframe whole = *user;
	// The interrupted stack pointer, above the place where the frame begins.
	uintptr_t const missing = reinterpret_cast<uintptr_t>(&inner->tf_esp) -
	    reinterpret_cast<uintptr_t>(user);
	if (missing <= offsetof(trapframe, tf_eip))
		memcpy(&whole, inner, missing < registers ? missing : registers);
	return whole;
}

kdb_registers kdb_get_user_registers(thread const *td)
{
	kdb_registers r{};
	trapframe const *const running = kdb_frame(td);
	if (running != nullptr && trapframe_usermode(running)) {
		from_frame(r, running);
		return r;
	}
	trapframe const *const user = td->td_frame;
	if (td->td_proc == nullptr || td->td_proc->p_vmspace == nullptr || user == nullptr)
		return r;
	trapframe const *const inner = running != nullptr ? stack_outermost(td, running) : nullptr;
	if ((inner != nullptr && entering(inner)) || !trapframe_usermode(user))
		return r;
	trapframe const whole = inner != nullptr ? whole_frame(user, inner) : *user;
	from_frame(r, &whole);
	return r;
}

size_t kdb_stack_trace(thread const *td, uintptr_t *pcs, size_t most)
{
	kdb_registers const r = kdb_get_registers(td);
	if (r.kr_known == 0 || (r.kr_value[r_cs] & SEL_RPL_MASK) != 0)
		return 0;
	return stack_trace_at(td, {r.kr_value[r_eip], r.kr_value[r_ebp], r.kr_value[r_esp]}, pcs,
	    most);
}

bool kdb_read(thread const *td, uintptr_t at, void *to, size_t length)
{
	return as_seen_by(td, at, length,
	    [&] { return kdb_copy(to, reinterpret_cast<void const *>(at), length); });
}

bool kdb_write(thread const *td, uintptr_t at, void const *from, size_t length)
{
	return as_seen_by(td, at, length, [&] {
		uint32_t const cr0 = rcr0();
		load_cr0(cr0 & ~CR0_WP);
		bool const whole = kdb_copy(reinterpret_cast<void *>(at), from, length);
		load_cr0(cr0);
		return whole;
	});
}
