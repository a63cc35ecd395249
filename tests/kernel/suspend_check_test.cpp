// SPDX-License-Identifier: BSD-2-Clause
// The table above thread_suspend_check in the seed, cell by cell: who asks, what may be done, and
// what is answered.
// Written for Kestrel.
#include "kse_fixture.hpp"

#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/ucred.hpp>

//   P_SINGLE_EXIT   may_stop                    return_instead
//   0               stops, OK when it is over   EBUSY at once; OK when nothing is asked
//   1               the thread ends             EBUSY at once
// The single-threader itself: OK, always, while nothing else is asked.

namespace {

constinit int answers{};        // of the sibling's call, and how often it came back
constinit Errno answer{OK};
constinit bool go{};
constinit bool gone{};

// stopper: a sibling that waits until it may, makes the call, and ends.
void stopper(void *, trapframe *)
{
	proc *p = curthread->td_proc;
	mtx_guard pg{p->p_mtx};
	while (!go)
		(void)msleep(&go, &p->p_mtx, PWAIT, "stopper", 0);
	answer = thread_suspend_check(suspend_mode::may_stop);
	answers++;
	mtx_guard sg{sched_lock};
	curthread->td_kse->ke_flags |= KEF_EXIT;
	thread_exit();
}

// start: a sibling of curthread on a KSE of its own.
thread *start()
{
	proc *p = curthread->td_proc;
	thread *td = thread_alloc();
	kse *ke = kse_alloc();
	answers = 0;
	answer = EINVAL;
	go = gone = false;
	cpu_set_kthread(td, stopper, nullptr);
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	p->p_flag |= P_KSES;
	kse_link(ke, curthread->td_ksegrp);
	static_cast<thread_copied &>(*td) = *curthread;
	thread_link(td, curthread->td_ksegrp);
	td->td_flags = 0;
	td->td_ucred = crhold(curthread->td_ucred);
	kse_fixture::attach(ke, td);
	td->td_state = TDS_CAN_RUN;
	setrunqueue(td);
	return td;
}

// release: let the sibling make its call, and give it time. p_mtx held.
void release(proc *p)
{
	go = true;
	wakeup(&go);
	for (int i = 0; i < 5; i++)
		(void)msleep(&gone, &p->p_mtx, PWAIT, "letgo", 1);
}

// alone: the sibling has ended; the process is a plain one again. p_mtx held.
void alone(proc *p)
{
	while (p->p_numthreads > 1)
		(void)msleep(&gone, &p->p_mtx, PWAIT, "alone", 1);
	thread_leave_kse_mode(curthread);
}

// ask: with these flags and another single-threader, what return_instead is told. p_mtx held.
Errno ask(uint32_t flags, thread *single)
{
	proc *p = curthread->td_proc;
	p->p_flag |= flags;
	{	mtx_guard g{sched_lock};
		p->p_singlethread = single;
	}
	Errno const error = thread_suspend_check(suspend_mode::return_instead);
	p->p_flag &= ~flags;
	mtx_guard g{sched_lock};
	p->p_singlethread = nullptr;
	return error;
}

}

SELFTEST(suspend_check_is_ok_when_nothing_is_asked)
{
	mtx_guard g{curthread->td_proc->p_mtx};
	EXPECT(thread_suspend_check(suspend_mode::return_instead) == OK);
	EXPECT(thread_suspend_check(suspend_mode::may_stop) == OK);
}

SELFTEST(suspend_check_returns_at_once_when_it_may_not_stop)
{
	thread *other = thread_alloc();
	{	mtx_guard g{curthread->td_proc->p_mtx};
		EXPECT(ask(P_STOPPED_SINGLE, other) == EBUSY);
		EXPECT(ask(P_STOPPED_SINGLE | P_SINGLE_EXIT, other) == EBUSY);
		EXPECT(ask(P_STOPPED_SIG, nullptr) == EBUSY);
		EXPECT(ask(P_STOPPED_TRACE, nullptr) == EBUSY);
	}
	thread_free(other);
}

SELFTEST(suspend_check_exempts_the_single_threader_from_its_own_request_only)
{
	mtx_guard g{curthread->td_proc->p_mtx};
	EXPECT(ask(P_STOPPED_SINGLE, curthread) == OK);
	EXPECT(ask(P_STOPPED_SINGLE | P_SINGLE_EXIT, curthread) == OK);
	EXPECT(ask(P_STOPPED_SINGLE | P_STOPPED_SIG, curthread) == EBUSY);
}

SELFTEST(suspend_check_stops_until_single_threading_is_over)
{
	thread *td = start();
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	p->p_flag |= P_STOPPED_SINGLE;
	{	mtx_guard sg{sched_lock};
		p->p_singlethread = curthread;
	}
	release(p);
	EXPECT_EQ(0, answers);
	EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
	{	mtx_guard sg{sched_lock};
		EXPECT_EQ(1, p->p_suspcount);
	}
	thread_single_end();
	alone(p);
	EXPECT_EQ(1, answers);
	EXPECT(answer == OK);
	mtx_guard sg{sched_lock};
	EXPECT_EQ(0, p->p_suspcount);
}

SELFTEST(suspend_check_ends_the_thread_when_the_process_wants_to_be_single)
{
	start();
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	p->p_flag |= P_STOPPED_SINGLE | P_SINGLE_EXIT;
	{	mtx_guard sg{sched_lock};
		p->p_singlethread = curthread;
	}
	release(p);
	EXPECT_EQ(1, p->p_numthreads);
	EXPECT_EQ(1, curthread->td_ksegrp->kg_kses);
	EXPECT_EQ(0, answers);
	thread_single_end();
	alone(p);
}

SELFTEST(suspend_check_stops_for_a_signal_until_the_flag_is_off)
{
	thread *td = start();
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	p->p_flag |= P_STOPPED_SIG;
	release(p);
	EXPECT_EQ(0, answers);
	EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
	{	// Let go while it should still stop: it looks again, and stops again.
		mtx_guard sg{sched_lock};
		thread_unsuspend_one(td);
	}
	release(p);
	EXPECT_EQ(0, answers);
	EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
	p->p_flag &= ~P_STOPPED_SIG;
	{	mtx_guard sg{sched_lock};
		thread_unsuspend(p);
	}
	alone(p);
	EXPECT_EQ(1, answers);
	EXPECT(answer == OK);
}

SELFTEST(the_last_of_two_reasons_lets_a_thread_go)
{
	thread *td = start();
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	p->p_flag |= P_STOPPED_SIG | P_STOPPED_SINGLE;
	{	mtx_guard sg{sched_lock};
		p->p_singlethread = curthread;
	}
	release(p);
	thread_single_end();
	EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
	EXPECT_EQ(0, answers);
	p->p_flag &= ~P_STOPPED_SIG;
	{	mtx_guard sg{sched_lock};
		thread_unsuspend(p);
	}
	alone(p);
	EXPECT_EQ(1, answers);
}
