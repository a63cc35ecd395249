// SPDX-License-Identifier: BSD-2-Clause
// The idle threads, one a CPU: what runs when nothing else can.
// After FreeBSD 5.0 kern_idle.c; they are on no queue, choosethread() knows them by name.
#include <kern/kern_proc.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/sysinit.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>

#include <string.h>

// Bit n: CPU n waits, or is about to look at the run queue once more and wait. Set by that CPU
// alone; cleared by it when it stops idling, or by whoever wakes it, so that each KSE queued wakes
// another CPU.
static constinit atomic<uint32_t> idle_cpus{0};

[[noreturn]] static void idle_loop(void *, trapframe *)
{
	for (;;) {
		uint32_t const self = 1u << curcpu();
		while (!sched_runnable()) {
			// Before cpu_idle looks at the queue: see idle_kick().
			idle_cpus.set(self, order::seq_cst);
			cpu_idle();
		}
		idle_cpus.clear(self, order::relaxed);
		mtx_guard g{sched_lock};
		mi_switch();
	}
}

void idle_kick(uint32_t cpus)
{
	sched_lock.assert_owned();
	// The KSE was queued before, and an idle CPU looks at the queue after it has set its bit:
	// either it sees the KSE or we see the bit.
	atomic_fence();
	uint32_t const idle = idle_cpus.load(order::relaxed) & cpus;
	if (idle == 0)
		return;
	// In an interrupt handler on an idle CPU: that looks at the queue next.
	uint32_t const self = curcpu();
	uint32_t const cpu = (idle & 1u << self) != 0 ? self
	    : static_cast<uint32_t>(__builtin_ctz(idle));
	idle_cpus.clear(1u << cpu, order::relaxed);
	if (cpu != self)
		cpu_wake(cpu);
}

void idle_join()
{
	thread *td = curthread;
	pcpu *pc = get_pcpu();
	{	mtx_guard g{sched_lock};
		KASSERT(td == pc->pc_idlethread && pc->pc_cpuid == mp_ncpus,
		    "CPU %u joins as number %u", pc->pc_cpuid, mp_ncpus);
		TD_SET_RUNNING(td);
		td->td_kse->ke_oncpu = static_cast<uint8_t>(pc->pc_cpuid);
		pc->pc_switchtime = nanouptime();
		pc->pc_switchticks = static_cast<uint32_t>(ticks);
		mp_ncpus++;
		KTR(KTR_PROC, "join", "CPU {cpu} takes part, with thread {td} on KSE {ke}",
		    pc->pc_cpuid, td->td_tid, td->td_kse->ke_id);
	}
	// What was unmapped before we could be asked to forget it.
	load_cr3(rcr3());
	sti();
	idle_loop(nullptr, nullptr);
}

// idle_create: the kernel process "idle" of one CPU, ready to be chosen there.
static void idle_create(pcpu *pc)
{
	auto made = proc_alloc(&thread0);
	if (!made)
		panic("no process left for the idle thread of CPU %u", pc->pc_cpuid);
	proc *p = *made;
	thread *td = p->p_threads.first();

	p->p_flag = P_SYSTEM | P_KTHREAD;
	strlcpy(p->p_comm, "idle", sizeof p->p_comm);
	cpu_set_kthread(td, idle_loop, nullptr);
	{	mtx_guard tree{proctree_lock};
		proc_insert(p, &proc0, 0);
	}
	mtx_guard pg{p->p_mtx};
	mtx_guard g{sched_lock};
	p->p_state = PRS_NORMAL;
	td->td_flags |= TDF_IDLETD;
	td->td_base_pri = PRI_MAX_IDLE;
	td->td_priority = PRI_MAX_IDLE;
	td->td_ksegrp->kg_user_pri = PRI_MAX_IDLE;
	TD_SET_CAN_RUN(td);
	pc->pc_idlethread = td;
	if (ktr_wanted<KTR_PROC>()) [[unlikely]]
		ktr_state_proc(p);
}

static void idle_setup(void *)
{
	for (uint32_t cpu = 0; cpu < mp_found; cpu++)
		idle_create(pcpu_find(cpu));
}
SYSINIT(idle, SI_SUB_INTRINSIC, SI_ORDER_ANY, idle_setup, nullptr);
