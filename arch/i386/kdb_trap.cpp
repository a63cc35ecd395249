// SPDX-License-Identifier: BSD-2-Clause
// Into the debugger and out of it: breakpoint and debug exceptions, and running one instruction.
// Written for Kestrel after Intel's manual, volume 3, "Debug exceptions".
#include <kern/kdb.hpp>
#include <kern/md.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/kdb_machdep.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>
#include <machine/trap.h>
#include <machine/uaccess_md.hpp>

namespace {

extern "C" {
void Xint0x80_syscall();
void Xlcall_syscall();
void Xlcall_stepped();
}

// Debug register 6.
constexpr uint32_t dr6_clear = 0xffff0ff0;
constexpr uint32_t dr6_points = 0xf;
constexpr uint32_t dr6_step = 0x4000;

// How the step under way is done.
enum class step_way : uint8_t {
	none,
	flag,           // by the trap flag, interrupts as they are
	masked,         // by the trap flag, interrupts off meanwhile: nothing comes in between
	gate,           // a system call: a breakpoint at the kernel's entry, interrupts off
	arrival,        // a thread that is switched out: a breakpoint where it goes on
};

// One instruction that a thread shall run. Changed in sessions, and by who ends the step.
struct stepping final {
	step_way st_way;
	thread  *st_thread;
	uint32_t st_cpu;                // that ran it when the step began, NOCPU: it waited
	uint8_t  st_opcode;             // masked: what runs
	bool     st_interrupts;         // masked: whether they were on
};
constinit stepping step{};

// What kdb_breakpoint tells the trap that it makes, by CPU. Interrupts are off in between.
struct announcement final {
	bool        an_made;
	bool        an_taken;
	kdb_why     an_why;
	char const *an_message;
};
constinit announcement announced[MAXCPU]{};

constexpr uint8_t op_cli = 0xfa, op_sti = 0xfb, op_pushf = 0x9c, op_popf = 0x9d, op_iret = 0xcf;
constexpr uint8_t op_hlt = 0xf4, op_int = 0xcd;
constexpr uint8_t syscall_vector = 0x80;

uint32_t with_interrupts(uint32_t flags, bool on)
{
	return on ? flags | PSL_I : flags & ~uint32_t{PSL_I};
}

// The flags that a stepped pushf has pushed are not to have the step in them.
uint32_t pushed_flags(uint32_t pushed)
{
	return with_interrupts(pushed & ~uint32_t{PSL_T}, step.st_interrupts);
}

void settle_pushed_user(trapframe const *frame)
{
	uint32_t pushed;
	if (kdb_read(step.st_thread, frame->tf_esp, &pushed, sizeof pushed)) {
		pushed = pushed_flags(pushed);
		(void)kdb_write(step.st_thread, frame->tf_esp, &pushed, sizeof pushed);
	}
}

// settle: after a masked instruction, or before it was run: the interrupt flag as it would be.
void settle_masked(trapframe *frame, bool done)
{
	uint8_t const op = done ? step.st_opcode : uint8_t{};
	bool const user = trapframe_usermode(frame);
	if (!user && (op == op_cli || op == op_sti || op == op_popf || op == op_iret))
		return;
	frame->tf_eflags = with_interrupts(frame->tf_eflags, step.st_interrupts);
	if (op == op_pushf && user)
		settle_pushed_user(frame);
	else if (op == op_pushf)
		frame->tf_esp = pushed_flags(frame->tf_esp);
}

// At the kernel's entry: what the gate pushed is the user context, from the top.
void settle_gate(trapframe *frame, bool done)
{
	frame->tf_eflags |= PSL_I;
	if (!done)
		return;
	uint32_t *const pushed = &frame->tf_esp;        // eip, cs, eflags
	pushed[2] = with_interrupts(pushed[2], true);
}

// end_step: whatever was arranged for the step goes, with the instruction run or not.
void end_step(trapframe *frame, bool done)
{
	step_way const way = step.st_way;
	if (way == step_way::none)
		return;
	if (frame != nullptr) {
		frame->tf_eflags &= ~uint32_t{PSL_T};
		if (way == step_way::masked)
			settle_masked(frame, done);
		if (way == step_way::gate)
			settle_gate(frame, done);
	}
	kdb_own_point_clear();
	step.st_way = step_way::none;
}

bool debug_exception(trapframe *frame)
{
	uint32_t const dr6 = rdr6();
	load_dr6(dr6_clear);
	kdb_hit const hit = kdb_point_hit(dr6 & dr6_points);
	bool const flagged = step.st_way == step_way::flag || step.st_way == step_way::masked;
	// By thread, which may move to another CPU, or by CPU, which may switch to another thread.
	bool const here = step.st_thread == curthread || step.st_cpu == curcpu();
	bool const stepped = flagged && here && (dr6 & dr6_step) != 0;

	if (hit.hit && !hit.own) {
		bool const data = hit.data;
		return kdb_trap({data ? kdb_why::watch : kdb_why::breakpoint,
		    data ? "watchpoint" : "breakpoint", frame, hit.address, true});
	}
	if (stepped || hit.own) {
		if (!kdb_trap({kdb_why::step, "step", frame, 0, false}))
			end_step(frame, true);
		// Unless it is stepped again; another's session may have ended the step.
		if (step.st_way == step_way::none || step.st_thread != curthread)
			frame->tf_eflags &= ~uint32_t{PSL_T};
		return true;
	}
	if (hit.elsewhere || (dr6 & dr6_points) != 0) {
		// Another thread at that instruction, or a point that has gone meanwhile.
		frame->tf_eflags |= PSL_RF;
		return true;
	}
	if (trapframe_usermode(frame))
		return false;
	// A user mode that steps itself, through the gate that keeps its flags; or the remains of a
	// step that something else ended.
	if (frame->tf_eip == reinterpret_cast<uintptr_t>(Xlcall_syscall))
		frame->tf_eip = reinterpret_cast<uintptr_t>(Xlcall_stepped);
	frame->tf_eflags &= ~uint32_t{PSL_T};
	return true;
}

bool breakpoint_exception(trapframe *frame)
{
	uintptr_t const at = frame->tf_eip - 1;
	announcement &an = announced[curcpu()];
	if (!trapframe_usermode(frame) && an.an_made) {
		an.an_made = false;
		an.an_taken = kdb_trap({an.an_why, an.an_message, frame, 0, false});
		return true;
	}
	kdb_met const met = kdb_breakpoint_met(at);
	if (met == kdb_met::foreign)
		return false;
	frame->tf_eip--;
	return met == kdb_met::gone ||
	    kdb_trap({kdb_why::breakpoint, "breakpoint", frame, at, false});
}

// prepare: the step of a thread that runs on a CPU, whose registers `frame` holds.
step_way prepare(thread const *td, trapframe *frame)
{
	uint8_t code[2]{};
	(void)kdb_read(td, frame->tf_eip, code, sizeof code);
	bool const user = trapframe_usermode(frame);
	if (user && code[0] == op_int && code[1] == syscall_vector &&
	    kdb_own_point(reinterpret_cast<uintptr_t>(Xint0x80_syscall), td)) {
		frame->tf_eflags = with_interrupts(frame->tf_eflags, false);
		return step_way::gate;
	}
	frame->tf_eflags |= PSL_T;
	// What may wait for others must let them come: a halt, and a copy that may fault.
	if (!user && (code[0] == op_hlt || onfault_resume(frame->tf_eip) != 0))
		return step_way::flag;
	// An interrupt could take the CPU away from the thread, and make an upcall of the context
	// that is to be stepped: nobody would run it.
	step.st_opcode = code[0];
	step.st_interrupts = (frame->tf_eflags & PSL_I) != 0;
	frame->tf_eflags = with_interrupts(frame->tf_eflags, false);
	return step_way::masked;
}

// unmask: the instruction of user mode that this CPU steps has trapped: it may need the others, and
// is run again when it can.
void unmask(trapframe *frame)
{
	if (step.st_way != step_way::masked || step.st_thread != curthread ||
	    !trapframe_usermode(frame))
		return;
	settle_masked(frame, false);
	step.st_way = step_way::flag;
	kdb_release();
}

}

bool kdb_stop_stands(kdb_stop const &stop)
{
	switch (stop.why) {
	case kdb_why::breakpoint:
		return stop.hardware ? kdb_point_at(stop.frame->tf_eip)
				     : kdb_breakpoint_is_set(stop.frame->tf_eip);
	case kdb_why::watch:
		return kdb_watched(stop.address);
	case kdb_why::step:
		return step.st_way != step_way::none && step.st_thread == curthread;
	default:
		return true;
	}
}

bool kdb_machine_trap(trapframe *frame)
{
	if (kdb_here()) {
		if (frame->tf_trapno == T_BPTFLT && kdb_point_drop(frame->tf_eip - 1)) {
			frame->tf_eip--;
			return true;
		}
		if (uintptr_t const resume = onfault_resume(frame->tf_eip); resume != 0) {
			frame->tf_eip = resume;
			return true;
		}
		kdb_fault();
	}
	if (frame->tf_trapno == T_TRCTRAP)
		return debug_exception(frame);
	unmask(frame);
	switch (frame->tf_trapno) {
	case T_BPTFLT:
		return breakpoint_exception(frame);
	default:
		return false;
	}
}

bool kdb_breakpoint(kdb_why why, char const *message)
{
	uint32_t const flags = intr_disable();
	announcement &an = announced[curcpu()];
	an = {true, false, why, message};
	breakpoint();
	bool const taken = announced[curcpu()].an_taken;
	intr_restore(flags);
	return taken;
}

void kdb_machine_enter(kdb_stop const &stop)
{
	kdb_frame_set(stop.frame);
	kdb_points_off();
	if (step.st_way == step_way::none)
		return;
	bool const has_run = stop.why == kdb_why::step || stop.why == kdb_why::watch;
	if (has_run && curthread == step.st_thread) {
		end_step(stop.frame, true);
		return;
	}
	// A step that another stop overtook.
	trapframe *frame = kdb_frame(step.st_thread);
	if (frame == nullptr && step.st_thread->td_frame != nullptr &&
	    trapframe_usermode(step.st_thread->td_frame))
		frame = step.st_thread->td_frame;
	end_step(frame, false);
}

uint32_t kdb_machine_leave(kdb_stop const &stop, kdb_resume const &how)
{
	uint32_t const cpu = how.step != nullptr ? kdb_cpu_of(how.step) : uint32_t{NOCPU};
	step = {step_way::none, how.step, cpu, 0, false};
	if (how.step != nullptr) {
		if (trapframe *const frame = kdb_frame(how.step))
			step.st_way = prepare(how.step, frame);
		else if (how.step->td_pcb != nullptr &&
		    kdb_own_point(how.step->td_pcb->pcb_eip, how.step))
			step.st_way = step_way::arrival;
	}
	if (kdb_point_at(stop.frame->tf_eip))
		stop.frame->tf_eflags |= PSL_RF;
	kdb_load_points();
	if (step.st_way == step_way::masked || step.st_way == step_way::gate)
		return cpu;
	return NOCPU;
}
