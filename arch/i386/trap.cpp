// SPDX-License-Identifier: BSD-2-Clause
// Traps: page-fault triage, faults of user mode as signals, faults of the kernel as panics.
// After FreeBSD 5.0 sys/i386/i386/trap.c.
#include <kern/hang.hpp>
#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/shutdown.hpp>
#include <kern/signalvar.hpp>
#include <kern/thread.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/kdb_machdep.hpp>
#include <machine/npx.hpp>
#include <machine/pcpu.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>
#include <machine/smp.hpp>
#include <machine/trap.h>
#include <machine/uaccess_md.hpp>
#include <vm/vm_glue.hpp>
#include <vm/vm_map.hpp>

// trap: every processor exception but the double fault, from alltraps. doreti_ast: the last thing
// before user mode, from doreti; in with interrupts as they are, out with interrupts off.
extern "C" void trap(trapframe *frame);
// trap_traced: instead, while traps are recorded: those of user mode, but for the FPU's.
extern "C" void trap_traced(trapframe *frame);
extern "C" void doreti_ast(trapframe *frame);

namespace {

// Bit of a page fault's error code.
constexpr uint32_t pgex_write = 2;

// The instructions of doreti that fault on a bad user selector, and where each resumes.
extern "C" {
extern char const doreti_popl_fs[], doreti_popl_es[], doreti_popl_ds[], doreti_iret[];
extern char const doreti_popl_fs_fault[], doreti_popl_es_fault[], doreti_popl_ds_fault[];
extern char const doreti_iret_fault[];
}

struct doreti_resume final {
	char const *at;
	char const *resume;
};
constexpr doreti_resume doreti_table[] = {
	{doreti_popl_fs, doreti_popl_fs_fault},
	{doreti_popl_es, doreti_popl_es_fault},
	{doreti_popl_ds, doreti_popl_ds_fault},
	{doreti_iret, doreti_iret_fault},
};

// What a fault in user mode becomes. T_PAGEFLT, T_DNA and the FPU errors are not in the table.
struct trap_signal final {
	uint32_t    trapno;
	int         signal;
	int         code;
	char const *name;
};
constexpr trap_signal trap_table[] = {
	{T_PRIVINFLT, SIGILL, T_PRIVINFLT, "invalid opcode"},
	{T_BPTFLT, SIGTRAP, T_BPTFLT, "breakpoint"},
	{T_TRCTRAP, SIGTRAP, T_TRCTRAP, "debug exception"},
	{T_PROTFLT, SIGBUS, T_PROTFLT, "general protection fault"},
	{T_STKFLT, SIGBUS, T_STKFLT, "stack fault"},
	{T_SEGNPFLT, SIGBUS, T_SEGNPFLT, "segment not present"},
	{T_TSSFLT, SIGBUS, T_TSSFLT, "invalid TSS"},
	{T_ALIGNFLT, SIGBUS, T_ALIGNFLT, "alignment check"},
	{T_DIVIDE, SIGFPE, FPE_INTDIV, "divide error"},
	{T_OFLOW, SIGFPE, FPE_INTOVF, "overflow"},
	{T_BOUND, SIGFPE, FPE_FLTSUB, "bound"},
	{T_FPOPFLT, SIGILL, T_FPOPFLT, "coprocessor operand"},
	{T_PAGEFLT, SIGSEGV, SEGV_MAPERR, "page fault"},
	{T_ARITHTRAP, SIGFPE, FPE_FLTSUB, "x87 error"},
	{T_XMMFLT, SIGFPE, FPE_FLTSUB, "SIMD error"},
	{T_DNA, SIGFPE, FPE_FLTSUB, "FPU not available"},
	{T_NMI, 0, 0, "non-maskable interrupt"},
	{T_MCHK, 0, 0, "machine check"},
};

trap_signal const &trap_entry(uint32_t trapno)
{
	for (trap_signal const &t : trap_table)
		if (t.trapno == trapno)
			return t;
	panic("trap number %u", trapno);
}

vm_prot access_of(trapframe const *frame)
{
	return (frame->tf_err & pgex_write) != 0 ? VM_PROT_WRITE : VM_PROT_READ;
}

// trap_fatal: the kernel itself faulted.
[[noreturn]] void trap_fatal(trapframe *frame, uint32_t address)
{
	uint32_t const trapno = frame->tf_trapno;
	char const *name = trap_entry(trapno).name;
	// The stack pointer before the trap is where pushal found it, less what came before.
	uint32_t const esp = frame->tf_isp + 5 * sizeof(uint32_t);

	printf("eip %#x esp %#x ebp %#x eflags %#x err %#x cr2 %#x cr3 %#x\n", frame->tf_eip, esp,
	    frame->tf_ebp, frame->tf_eflags, frame->tf_err, address, rcr3());
	printf("eax %#x ebx %#x ecx %#x edx %#x esi %#x edi %#x\n", frame->tf_eax, frame->tf_ebx,
	    frame->tf_ecx, frame->tf_edx, frame->tf_esi, frame->tf_edi);
	if (!panicking && (debugger_on_panic != 0 || gdb_attached()))
		kdb_trap({kdb_why::fault, name, frame, address, false});
	if (trapno != T_PAGEFLT)
		panic("%s in kernel mode at %#x", name, frame->tf_eip);
	if (frame->tf_eip < page_size)
		panic("call of a null function pointer in kernel mode");
	panic("page fault in kernel mode at %#x: %s of %#x%s", frame->tf_eip,
	    (frame->tf_err & pgex_write) != 0 ? "write" : "read", address,
	    address < page_size ? ", through a null pointer" :
	    kstack_guard_contains(vaddr{address}) ? ", a kernel stack's guard page" : "");
}

// page_fault_kernel: only the instructions of support.S may touch user memory, and only those may
// fault, with no spin lock held. True when the instruction can go on.
bool page_fault_kernel(trapframe *frame, uint32_t address)
{
	thread *td = curthread;
	vmspace *vm = td->td_proc->p_vmspace;
	uintptr_t const resume = onfault_resume(frame->tf_eip);
	if (resume == 0 || address >= to_word(vm_layout::user_max) ||
	    get_pcpu()->pc_intr_nesting != 0 || td->td_critnest != 0)
		return false;
	intr_restore(frame->tf_eflags & PSL_I);
	// A kernel process has no user memory at all.
	if (vm == nullptr || vm_fault(vm, vaddr{address}, access_of(frame)) != OK)
		frame->tf_eip = resume;
	return true;
}

void trap_kernel(trapframe *frame, uint32_t address)
{
	if (frame->tf_trapno == T_PAGEFLT && page_fault_kernel(frame, address))
		return;
	for (doreti_resume const &d : doreti_table) {
		if (frame->tf_eip == reinterpret_cast<uintptr_t>(d.at)) {
			frame->tf_eip = reinterpret_cast<uintptr_t>(d.resume);
			return;
		}
	}
	trap_fatal(frame, address);
}

// page_fault_user: fill the page, or tell the process that it cannot be.
void page_fault_user(thread *td, trapframe const *frame, uint32_t address)
{
	proc *p = td->td_proc;
	switch (vm_fault(p->p_vmspace, vaddr{address}, access_of(frame))) {
	case OK:
		return;
	case ENOMEM: {
		printf("pid %d (%s): killed, out of memory\n", p->p_pid, p->p_comm);
		mtx_guard g{p->p_mtx};
		psignal(p, SIGKILL);
		return;
	}
	// Not by the error code: a page that was never touched is absent whatever its rights are,
	// and what the kernel has mapped for itself is nothing to a program.
	case EACCES:
		trapsignal(td, SIGSEGV, SEGV_ACCERR, address);
		return;
	default:
		trapsignal(td, SIGSEGV, SEGV_MAPERR, address);
	}
}

void trap_user(thread *td, trapframe *frame, uint32_t address)
{
	if (frame->tf_trapno == T_PAGEFLT) {
		page_fault_user(td, frame, address);
		return;
	}
	trap_signal const &t = trap_entry(frame->tf_trapno);
	switch (frame->tf_trapno) {
	case T_MCHK:
		panic("machine check at %#x in user mode", frame->tf_eip);
	case T_ARITHTRAP:
	case T_XMMFLT:
		trapsignal(td, t.signal, npx_error(t.trapno), frame->tf_eip);
		break;
	case T_TRCTRAP:
	case T_BPTFLT:
		// The handler, or what follows a caught trap, is not to be stepped.
		frame->tf_eflags &= ~uint32_t{PSL_T};
		[[fallthrough]];
	default:
		trapsignal(td, t.signal, t.code, frame->tf_eip);
	}
}

}

void trap(trapframe *frame)
{
	// A fault taken after interrupts are on, or after a switch, replaces cr2.
	uint32_t const address = rcr2();
	if (frame->tf_trapno == T_NMI) {
		// One from outside goes to all CPUs.
		if (!stop_nmi(frame) && !hang_asked(frame))
			stop_await(frame);
		return;
	}
	if (kdb_machine_trap(frame))
		return;
	if (!trapframe_usermode(frame)) {
		trap_kernel(frame, address);
		return;
	}
	if (frame->tf_trapno == T_DNA) {
		npx_dna();
		return;
	}
	sti();
	thread *td = curthread;
	KASSERT(td->td_frame == frame, "frame %p of thread %u is not at the top of its stack",
	    static_cast<void *>(frame), td->td_tid);
	if ((td->td_proc->p_flag & P_KSES) != 0)
		thread_user_enter(td->td_proc, td, user_entry::trap);
	trap_user(td, frame, address);
	userret(td, frame);
}

void trap_traced(trapframe *frame)
{
	bool const of_user = trapframe_usermode(frame) && frame->tf_trapno != T_NMI &&
	    frame->tf_trapno != T_DNA;
	if (of_user)
		KTR(KTR_TRAP, "trap", "thread {td} takes a {trap:s} at {pc:x}, address {address:x}",
		    curthread->td_tid, trap_entry(frame->tf_trapno).name, frame->tf_eip, rcr2());
	trap(frame);
	if (of_user)
		KTR(KTR_TRAP, "trap end", "thread {td} goes to user mode", curthread->td_tid);
}

void doreti_ast(trapframe *frame)
{
	cli();
	// Whoever sets the flags holds sched_lock, and interrupts this CPU if it runs the thread:
	// what is set after this look is seen when that interrupt comes back through here.
	while ((curthread->td_kse->ke_flags & (KEF_ASTPENDING | KEF_NEEDRESCHED)) != 0) {
		sti();
		ast(frame);
		cli();
	}
}
