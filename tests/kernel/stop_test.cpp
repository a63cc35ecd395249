// SPDX-License-Identifier: BSD-2-Clause
// Processes that end or exec while signals stop or kill them: who ends, and what is left to do.
// Written for Kestrel.
#include "sibling.hpp"

#include <kern/signalvar.hpp>

static constinit int nothing_happens{};

// bystander: sleeps until something else is asked of it.
static void bystander(void *, trapframe *)
{
	(void)tsleep(&nothing_happens, PWAIT | PCATCH, "bystand", hz * 10);
	sibling_boundary();
	sibling_end();
}

SELFTEST(single_threading_for_the_end_ends_threads_that_a_signal_has_suspended)
{
	proc *p = curthread->td_proc;
	thread *td = sibling_start(bystander, nullptr);
	sibling_sleeps(td);
	mtx_guard g{p->p_mtx};
	stop_process(p, SIGSTOP);
	EXPECT_EQ(TDI_SUSPENDED | TDI_SLEEPING, td->td_inhibitors);
	EXPECT(thread_single(SINGLE_EXIT) == OK);
	EXPECT_EQ(1, p->p_numthreads);
	{	mtx_guard sg{sched_lock};
		EXPECT_EQ(0, p->p_suspcount);
	}
	thread_leave_kse_mode(curthread);
	thread_single_end();
	// The stop itself is not forgotten: an exec'ed program stops.
	EXPECT_EQ(P_STOPPED_SIG, P_SHOULDSTOP(p));
	p->p_flag &= ~(P_STOPPED_SIG | P_CONTINUED | P_WAITED);
}

// victim: when its sleep is cut short it finds a signal, and acts on it.
static void victim(void *, trapframe *)
{
	(void)tsleep(&nothing_happens, PWAIT | PCATCH, "victim", hz * 10);
	mtx_guard g{curthread->td_proc->p_mtx};
	if (int const sig = cursig(curthread))
		postsig(sig);
	selftest_fail(__FILE__, __LINE__, "the victim finds the signal");
	g.unlock();
	sibling_boundary();
	sibling_end();
}

SELFTEST(a_signal_found_by_a_thread_that_ends_for_an_exec_is_not_lost)
{
	proc *p = curthread->td_proc;
	sibling_sleeps(sibling_start(victim, nullptr));
	mtx_guard g{p->p_mtx};
	SIGADDSET(p->p_siglist, SIGTERM);
	EXPECT(thread_single(SINGLE_EXIT) == OK);
	EXPECT_EQ(1, p->p_numthreads);
	thread_leave_kse_mode(curthread);
	thread_single_end();
	EXPECT(cursig(curthread) == SIGTERM);
	SIGDELSET(p->p_siglist, SIGTERM);
}
