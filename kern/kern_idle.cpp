// SPDX-License-Identifier: BSD-2-Clause
// The idle threads, one a CPU: what runs when nothing else can.
// After FreeBSD 5.0 kern_idle.c; they are on no queue, choosethread() knows them by name.
#include <kern/kern_proc.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/sysinit.hpp>
#include <machine/pcpu.hpp>

#include <string.h>

[[noreturn]] static void idle_loop(void *, trapframe *)
{
	for (;;) {
		while (!sched_runnable())
			cpu_idle();
		mtx_guard g{sched_lock};
		mi_switch();
	}
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
	proc_insert(p, &proc0, 0);
	mtx_guard pg{p->p_mtx};
	mtx_guard g{sched_lock};
	p->p_state = PRS_NORMAL;
	td->td_flags |= TDF_IDLETD;
	td->td_base_pri = PRI_MAX_IDLE;
	td->td_priority = PRI_MAX_IDLE;
	td->td_ksegrp->kg_user_pri = PRI_MAX_IDLE;
	TD_SET_CAN_RUN(td);
	pc->pc_idlethread = td;
}

static void idle_setup(void *)
{
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		idle_create(pcpu_find(cpu));
}
SYSINIT(idle, SI_SUB_INTRINSIC, SI_ORDER_ANY, idle_setup, nullptr);
