// SPDX-License-Identifier: BSD-2-Clause
// Machine-dependent halves of fork, exec, upcall and switch: pcb and trapframe of a thread.
// After FreeBSD 5.0 sys/i386/i386/vm_machdep.c; upcall frames start clean (D-41).
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sysctl.hpp>
#include <kern/uaccess.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/npx.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_map.hpp>

extern "C" void fork_trampoline();
// cpu_activate: second half of cpu_switch, on the old thread's stack: everything that says which
// thread runs here, but the registers. Returns the thread's pcb. Interrupts off.
extern "C" pcb *cpu_activate(thread *td);

namespace {

constinit int idle_halts{1};
SYSCTL_INT(machdep_cpu_idle_hlt, "machdep.cpu_idle_hlt",
    "An idle CPU halts; 0: it looks at the run queue all the time", idle_halts,
    sysctl_access::rwtun, 0, 1);

uint32_t address_of(void const *object)
{
	return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(object));
}

using fork_function = void (*)(void *, trapframe *);

uint32_t address_of(fork_function function)
{
	return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(function));
}

// clear_pcb: the pcb of a thread that has no past: no %gs, no FPU state. The registers are
// start_in's to set; pcb_save means nothing without PCB_NPXUSED.
void clear_pcb(pcb *pcb)
{
	pcb->pcb_gs = 0;
	pcb->pcb_flags = 0;
}

// start_in: td's first switch-in goes through fork_trampoline to func(arg, td_frame). It is born
// inside a switch: sched_lock held once, interrupts off; releasing the lock turns them on.
void start_in(thread *td, fork_function func, void *arg)
{
	pcb *pcb = td->td_pcb;
	pcb->pcb_edi = 0;
	pcb->pcb_esi = address_of(func);
	pcb->pcb_ebp = 0;
	pcb->pcb_esp = address_of(td->td_frame) - sizeof(uint32_t);
	pcb->pcb_ebx = address_of(arg);
	pcb->pcb_eip = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(fork_trampoline));
	td->td_critnest = 1;
	td->td_md_savecrit = PSL_USER;
}

// make_user_frame: a frame that enters user mode with nothing in any register.
void make_user_frame(trapframe &frame, uint32_t eip, uint32_t esp)
{
	frame = {};
	frame.tf_fs = frame.tf_es = frame.tf_ds = frame.tf_ss = UDSEL;
	frame.tf_cs = UCSEL;
	frame.tf_eflags = PSL_USER;
	frame.tf_eip = eip;
	frame.tf_esp = esp;
}

// clean_curthread: curthread will enter user mode there, with no FPU state and no %gs.
void clean_curthread(thread *td, uint32_t eip, uint32_t esp)
{
	KASSERT(td == curthread, "thread %u is not the current one", td->td_tid);
	make_user_frame(*td->td_frame, eip, esp);
	npx_drop(td);
	td->td_pcb->pcb_gs = 0;
	load_gs(0);
}

}

void cpu_thread_setup(thread *td)
{
	uintptr_t const past = td->td_kstack +
	    static_cast<size_t>(td->td_kstack_pages) * page_size;
	td->td_pcb = reinterpret_cast<pcb *>(past) - 1;
	td->td_frame = reinterpret_cast<trapframe *>(
	    reinterpret_cast<uintptr_t>(td->td_pcb) - PCB_FRAME_GAP) - 1;
}

void cpu_thread_exit(thread *td)
{
	npx_drop(td);
}

void cpu_fork(thread *td1, [[maybe_unused]] proc *p2, thread *td2)
{
	KASSERT(td1 == curthread && td2->td_proc == p2, "fork of thread %u by another",
	    td1->td_tid);
	npx_save();
	clear_pcb(td2->td_pcb);
	td2->td_pcb->pcb_gs = rgs();
	if ((td1->td_pcb->pcb_flags & PCB_NPXUSED) != 0) {
		td2->td_pcb->pcb_flags = PCB_NPXUSED;
		td2->td_pcb->pcb_save = td1->td_pcb->pcb_save;
	}
	*td2->td_frame = *td1->td_frame;
	td2->td_frame->tf_eax = 0;
	td2->td_frame->tf_edx = 1;
	td2->td_frame->tf_eflags &= ~uint32_t{PSL_C};
	start_in(td2, fork_return, td2);
}

void cpu_set_fork_handler(thread *td2, void (*func)(void *, trapframe *), void *arg)
{
	td2->td_pcb->pcb_esi = address_of(func);
	td2->td_pcb->pcb_ebx = address_of(arg);
}

void cpu_set_kthread(thread *td2, void (*func)(void *, trapframe *), void *arg)
{
	clear_pcb(td2->td_pcb);
	*td2->td_frame = {};
	start_in(td2, func, arg);
}

void cpu_set_upcall(thread *td2)
{
	clear_pcb(td2->td_pcb);
	make_user_frame(*td2->td_frame, 0, 0);
	start_in(td2, fork_return, td2);
	td2->td_flags |= TDF_UPCALLING;
}

Errno cpu_set_upcall_kse(thread *td, kse *ke)
{
	// What the entry function finds: a return address that nothing is mapped at, its argument,
	// and two words that keep the argument area whole.
	constexpr uint32_t room = 16;
	uint32_t const top = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(ke->ke_stack.ss_sp) +
	    ke->ke_stack.ss_size) & ~(room - 1);
	uint32_t const words[room / sizeof(uint32_t)] = {0, to_word(ke->ke_mailbox)};
	TRY(copyout(words, uaddr{top - room}, sizeof words));
	clean_curthread(td, to_word(ke->ke_upcall), top - room);
	return OK;
}

void exec_setregs(thread *td, uint32_t entry, uint32_t stack)
{
	clean_curthread(td, entry, stack);
}

void fork_return(void *, trapframe *frame)
{
	userret(curthread, frame);
}

pcb *cpu_activate(thread *td)
{
	pcpu *pc = get_pcpu();
	pcb *pcb = td->td_pcb;
	pmap_switch(pmap_of(td->td_proc));
	tss_set_esp0(address_of(pcb) - PCB_FRAME_GAP);
	pc->pc_curpcb = pcb;
	pc->pc_curthread = td;
	return pcb;
}

// idle_poll: look at the run queue for a while, then let others go ahead: those of a
// hyper-threaded core, or in an emulator that runs one CPU at a time.
static void idle_poll()
{
	constexpr unsigned looks = 64;
	for (unsigned i = 0; i < looks; i++)
		if (sched_runnable())
			return;
	cpu_spinwait();
}

void cpu_idle()
{
	if (idle_halts == 0) {
		idle_poll();
		return;
	}
	// An interrupt that makes a thread runnable either came before cli, and is seen by the
	// test, or ends the halt.
	cli();
	if (sched_runnable())
		sti();
	else
		sti_halt();
}

bool trapframe_usermode(trapframe const *frame)
{
	return (frame->tf_cs & SEL_RPL_MASK) == SEL_UPL;
}

uint32_t trapframe_sp(trapframe const *frame)
{
	return frame->tf_esp;
}

uint32_t trapframe_pc(trapframe const *frame)
{
	return frame->tf_eip;
}
