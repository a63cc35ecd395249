// SPDX-License-Identifier: BSD-2-Clause
// The report on a system that does not go on: every CPU, every thread, and what each waits for.
// Written for Kestrel.
#include <kern/hang.hpp>

#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ksyms.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/shutdown.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

namespace {

constexpr size_t message_max = 160;
constexpr size_t frames_shown = 16;
constexpr uint32_t events_shown = 64;

void print_inhibitors(int inhibitors)
{
	constexpr struct {
		int         bit;
		char const *name;
	} names[] = {{TDI_SUSPENDED, "suspended"}, {TDI_SLEEPING, "sleeping"}, {TDI_LOCK, "lock"},
	    {TDI_LOAN, "loan"}};
	char const *before = " (";

	for (auto const &n : names) {
		if ((inhibitors & n.bit) == 0)
			continue;
		printf("%s%s", before, n.name);
		before = ", ";
	}
	if (inhibitors != 0)
		printf(")");
}

void print_owner(char const *what, thread const *owner)
{
	if (owner == nullptr)
		printf("%s, which nobody holds\n", what);
	else
		printf("%s, held by thread %u (%s)\n", what, owner->td_tid,
		    owner->td_proc != nullptr ? owner->td_proc->p_comm : "none");
}

void print_wait(thread const &td)
{
	if (TD_ON_SLEEPQ(&td))
		printf("  sleeps on %s %p\n", td.td_wmesg != nullptr ? td.td_wmesg : "?",
		    td.td_wchan);
	if (TD_ON_LOCK(&td) && td.td_blocked != nullptr) {
		printf("  waits for lock ");
		print_owner(td.td_lockname != nullptr ? td.td_lockname : "?",
		    td.td_blocked->owner());
	}
}

// A thread that runs was shown with its CPU.
bool print_thread(thread *td, void *)
{
	uintptr_t pcs[frames_shown];
	proc const *const p = td->td_proc;
	kse const *const ke = td->td_kse;

	printf("thread %u of process %d (%s): %s", td->td_tid, p->p_pid, p->p_comm,
	    kdb_state_name(td->td_state));
	print_inhibitors(td->td_inhibitors);
	printf(", priority %u, ", td->td_priority);
	if (ke != nullptr)
		printf("kse %u%s, ", ke->ke_id, ke->ke_bound == td ? " lent" : "");
	else
		printf("no kse, ");
	printf("group %u", td->td_ksegrp->kg_id);
	if (td->td_mailbox != uaddr{})
		printf(", mailbox %#x", to_word(td->td_mailbox));
	printf("\n");
	print_wait(*td);
	// sched_lock alone says nothing: every thread that is switched out has it on its record.
	if (td->td_sleeplocks.count > 1)
		witness_print_held(td);
	if (!TD_IS_RUNNING(td))
		print_backtrace(pcs, stack_trace_thread(td, pcs, frames_shown));
	return true;
}

void print_here(trapframe const *frame)
{
	uintptr_t pcs[frames_shown];

	print_cpu(curcpu());
	if (frame != nullptr && trapframe_usermode(frame))
		printf("  in user mode at %#x\n", trapframe_pc(frame));
	print_backtrace(pcs, frame != nullptr ? stack_trace_frame(frame, pcs, frames_shown)
	    : stack_trace(0, pcs, frames_shown));
	witness_print_held(curthread);
}

// report: nobody runs but this CPU, so lists are walked without their locks.
void report(trapframe const *frame, char const *message)
{
	char const *const test = selftest_running();

	printf("\nhang: %s\n", message);
	if (test != nullptr)
		printf("Bail out! test %s hangs: %s\n", test, message);
	print_here(frame);
	print_other_cpus();
	print_owner("sched lock", sched_lock.owner());
	print_owner("Giant", Giant.owner());
	kdb_each_thread(print_thread, nullptr);
	if (ktr_mask != 0)
		ktr_print_last(events_shown);
	printf("end of the report\n");
}

[[noreturn]] void end(trapframe const *frame, char const *message)
{
	panic_begin();
	report(frame, message);
	if (debugger_on_panic != 0 || gdb_attached())
		(void)kdb_enter(kdb_why::panic, message);
	cpu_poweroff(poweroff_status::watchdog);
}

}

void hang(trapframe const *frame, char const *format, ...)
{
	char message[message_max];
	va_list args;

	(void)intr_disable();
	va_start(args, format);
	(void)vsnprintf(message, sizeof message, format, args);
	va_end(args);
	switch (panic_claim()) {
	case run_end::first:
		end(frame, message);
	case run_end::again:
		cpu_poweroff(poweroff_status::watchdog);
	case run_end::other:
		break;
	}
	cpu_halt();
}

bool hang_asked(trapframe *frame)
{
	run_end const c = panic_claim();
	if (c == run_end::first)
		end(frame, "asked from outside, by an NMI");
	return c == run_end::again;
}
