// SPDX-License-Identifier: BSD-2-Clause
// Suspension and single-threading, on threads that really run: a kernel process with siblings.
// Written for Kestrel.
#include "kse_fixture.hpp"
#include "sibling.hpp"

#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>

// Bound siblings that sleep until they are told to end.
static constinit int sibling_channel{};
static constinit int siblings_interrupted{};
static constinit bool siblings_stop{};

// sleeper: sleeps until siblings_stop, interruptibly or not as arg tells; counts interruptions.
static void sleeper(void *arg, trapframe *)
{
	proc *p = curthread->td_proc;
	int const how = arg != nullptr ? PCATCH : 0;
	{	mtx_guard g{p->p_mtx};
		while (!siblings_stop) {
			if (msleep(&sibling_channel, &p->p_mtx, PWAIT | how, "sibling", 0) != OK) {
				siblings_interrupted++;
				break;
			}
		}
	}
	sibling_boundary();
	sibling_end();
}

static thread *start_sibling(bool interruptible)
{
	return sibling_start(sleeper, interruptible ? &sibling_channel : nullptr);
}

static void begin()
{
	siblings_stop = false;
	siblings_interrupted = 0;
}

// finish: end what siblings are left and make the process a plain one again.
static void finish()
{
	siblings_stop = true;
	wakeup(&sibling_channel);
	siblings_finish();
}

SELFTEST(thread_single_in_a_plain_process_has_nothing_to_do)
{
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
	EXPECT(p->p_singlethread == nullptr);
	EXPECT_EQ(0, P_SHOULDSTOP(p));
}

SELFTEST(thread_single_suspends_an_interruptible_sleeper_in_place)
{
	begin();
	thread *td = start_sibling(true);
	sibling_sleeps(td);
	proc *p = curthread->td_proc;
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		EXPECT(p->p_singlethread == curthread);
		EXPECT_EQ(TDI_SUSPENDED | TDI_SLEEPING, td->td_inhibitors);
		{	// Waking it takes one inhibitor away; it must not run before the end.
			mtx_guard sg{sched_lock};
			thread_check_proc(p);
			EXPECT_EQ(1, p->p_suspcount);
			siblings_stop = true;
			wakeup(&sibling_channel);
			EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
		}
		thread_single_end();
		EXPECT(!TD_IS_SUSPENDED(td));
		EXPECT_EQ(0, P_SHOULDSTOP(p));
	}
	finish();
	EXPECT_EQ(0, siblings_interrupted);
}

SELFTEST(thread_single_for_exit_ends_interruptible_sleepers)
{
	begin();
	sibling_sleeps(start_sibling(true));
	sibling_sleeps(start_sibling(true));
	proc *p = curthread->td_proc;
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_EXIT) == OK);
		EXPECT_EQ(1, p->p_numthreads);
		EXPECT_EQ(2, siblings_interrupted);
		EXPECT_EQ(1, curthread->td_ksegrp->kg_kses);
		thread_leave_kse_mode(curthread);
		thread_single_end();
		EXPECT((p->p_flag & (P_SINGLE_EXIT | P_STOPPED_SINGLE | P_KSES)) == 0);
	}
}

// wake_later: the callout that ends an uninterruptible sleep while thread_single waits for it.
static void wake_later(void *)
{
	siblings_stop = true;
	wakeup(&sibling_channel);
}

SELFTEST(thread_single_waits_for_an_uninterruptible_sleeper)
{
	begin();
	thread *td = start_sibling(false);
	sibling_sleeps(td);
	proc *p = curthread->td_proc;
	callout timer{};
	callout_init(&timer, 1);
	{	mtx_guard g{p->p_mtx};
		callout_reset(&timer, 5, wake_later, nullptr);
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		// It stopped at its boundary, awake: suspended and nothing else.
		EXPECT(siblings_stop);
		EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
		EXPECT_EQ(0, siblings_interrupted);
		thread_single_end();
	}
	finish();
}

SELFTEST(a_second_single_threader_is_told_to_back_out)
{
	proc *p = curthread->td_proc;
	thread *other = thread_alloc();
	mtx_guard g{p->p_mtx};
	{	mtx_guard sg{sched_lock};
		p->p_singlethread = other;
	}
	p->p_flag |= P_KSES | P_STOPPED_SINGLE;
	EXPECT(thread_single(SINGLE_NO_EXIT) == EBUSY);
	EXPECT(thread_suspend_check(suspend_mode::return_instead) == EBUSY);
	p->p_flag &= ~(P_KSES | P_STOPPED_SINGLE);
	{	mtx_guard sg{sched_lock};
		p->p_singlethread = nullptr;
	}
	g.unlock();
	thread_free(other);
}

SELFTEST(the_single_threader_is_exempt_from_its_own_request)
{
	begin();
	thread *td = start_sibling(true);
	sibling_sleeps(td);
	proc *p = curthread->td_proc;
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		EXPECT(thread_suspend_check(suspend_mode::may_stop) == OK);
		EXPECT(thread_suspend_check(suspend_mode::return_instead) == OK);
		thread_single_end();
	}
	finish();
}

SELFTEST(suspension_and_wakeup_commute)
{
	kse_fixture f;
	thread *td = f.add_owner();
	mtx_guard g{sched_lock};
	thread_suspend_one(td);
	EXPECT_EQ(TDI_SUSPENDED | TDI_SLEEPING, td->td_inhibitors);
	EXPECT_EQ(1, f.p.p_suspcount);
	TD_CLR_SLEEPING(td);
	EXPECT(TD_IS_INHIBITED(td));
	thread_unsuspend_one(td);
	EXPECT_EQ(0, f.p.p_suspcount);
	EXPECT(TD_ON_RUNQ(td));
	remrunqueue(td);
}
