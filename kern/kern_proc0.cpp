// SPDX-License-Identifier: BSD-2-Clause
// Process 0: the first of each of the four structures, tied together by hand.
// After FreeBSD 5.0 init_main.c, proc0_init(); the pieces are constants of the image.
#include <kern/kern_proc.hpp>

#include <kern/sysinit.hpp>
#include <kern/thread.hpp>
#include <kern/ucred.hpp>

#include <string.h>

constinit proc proc0{};
constinit ksegrp ksegrp0{};
constinit kse kse0{};
constinit thread thread0{};

// The credential of the kernel and of init, and so of all processes until one changes its own. Its
// count never comes to zero: process 0 does not end.
static constinit ucred ucred0{};

void proc0_init()
{
	proc_linkup(&proc0, &ksegrp0, &kse0, &thread0);
	proc0.p_state = PRS_NORMAL;
	proc0.p_flag = P_SYSTEM | P_KTHREAD;
	proc0.p_sflag = PS_INMEM;
	proc0.p_ucred = &ucred0;
	strlcpy(proc0.p_comm, "kernel", sizeof proc0.p_comm);
	strlcpy(proc0.p_cwd, "/", sizeof proc0.p_cwd);

	ksegrp0.kg_user_pri = PUSER;
	kse0.ke_state = KES_THREAD;
	kse0.ke_thread = &thread0;
	kse0.ke_oncpu = 0;
	thread0.td_flags.preset(0);
	thread0.td_kse = &kse0;
	thread0.td_ucred = crhold(&ucred0);
	thread0.td_priority = PVM;
	thread0.td_base_pri = PVM;
	thread0.td_state = TDS_RUNNING;
}

static void proc0_insert(void *)
{
	mtx_guard g{proctree_lock};
	allproc.insert_head(proc0);
}
SYSINIT(proc0, SI_SUB_INTRINSIC, SI_ORDER_MIDDLE, proc0_insert, nullptr);
