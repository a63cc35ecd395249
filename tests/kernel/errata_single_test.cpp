// SPDX-License-Identifier: BSD-2-Clause
// Defects of the seed's single-threading, suspension and exit, each provoked.
// Written for Kestrel; docs/errata.md tells the stories.
#include "kse_fixture.hpp"
#include "sibling.hpp"

#include <kern/kern_proc.hpp>
#include <kern/selftest.hpp>
#include <kern/signalvar.hpp>

namespace {

constinit int nap_channel{};
constinit bool may_end{};

// nap: sleep so many ticks, whatever signals or requests come.
void nap(int ticks)
{
	(void)tsleep(&nap_channel, PWAIT, "nap", ticks);
}

// napper: sleeps uninterruptibly for a while, then does what user threads do at the boundary.
void napper(void *, trapframe *)
{
	nap(5);
	sibling_boundary();
	sibling_end();
}

// waiter: sleeps interruptibly until may_end.
void waiter(void *, trapframe *)
{
	proc *p = curthread->td_proc;
	{	mtx_guard g{p->p_mtx};
		while (!may_end)
			if (msleep(&may_end, &p->p_mtx, PWAIT | PCATCH, "waiter", 0) != OK)
				break;
	}
	sibling_boundary();
	sibling_end();
}

void end_waiters()
{
	may_end = true;
	wakeup(&may_end);
	siblings_finish();
}

constinit bool stopped_with_giant{};

// stopper: single-threads while the thread `arg` has Giant, and looks whether it still has.
void stopper(void *arg, trapframe *)
{
	proc *p = curthread->td_proc;
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
	}
	stopped_with_giant = Giant.owner() == arg;
	{	mtx_guard g{p->p_mtx};
		thread_single_end();
	}
	sibling_end();
}

}

// exit1 checks for a stop with Giant held.
SELFTEST(a_thread_that_stops_gives_up_giant_meanwhile) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = curthread->td_proc;
	stopped_with_giant = true;
	sibling_start(stopper, curthread);
	sibling_wait([p] { return P_SHOULDSTOP(p) != 0; });
	Giant.lock();
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_suspend_check(suspend_mode::may_stop) == OK);
	}
	EXPECT(Giant.owned());
	EXPECT(!stopped_with_giant);
	Giant.unlock();
	siblings_finish();
}

SELFTEST(thread_single_gives_up_every_level_of_giant) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = curthread->td_proc;
	sibling_sleeps(sibling_start(napper, nullptr));
	Giant.lock();
	Giant.lock();
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		EXPECT(Giant.owned());
		EXPECT_EQ(1, Giant.recursion());
		thread_single_end();
	}
	Giant.unlock();
	Giant.unlock();
	siblings_finish();
}

SELFTEST(single_threading_without_giant_works)
{
	proc *p = curthread->td_proc;
	sibling_sleeps(sibling_start(napper, nullptr));
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		EXPECT(!Giant.owned());
		thread_single_end();
	}
	siblings_finish();
}

static int unmarked_kses(proc *p)
{
	int unmarked = 0;
	mtx_guard g{sched_lock};
	for (ksegrp &kg : p->p_ksegrps)
		for (kse &ke : kg.kg_kseq)
			unmarked += (ke.ke_flags & KEF_ASTPENDING) == 0 ? 1 : 0;
	return unmarked;
}

SELFTEST(single_threading_marks_every_kse_of_the_process)
{
	proc *p = curthread->td_proc;
	may_end = false;
	sibling_sleeps(sibling_start(waiter, nullptr));
	sibling_sleeps(sibling_start(waiter, nullptr));
	EXPECT_EQ(3, unmarked_kses(p));
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		EXPECT_EQ(0, unmarked_kses(p));
		thread_single_end();
	}
	end_waiters();
}

SELFTEST(a_stop_signal_marks_every_kse_of_the_process)
{
	kse_fixture f;
	f.add_owner(0);
	f.add_owner(0);
	{	mtx_guard g{f.p.p_mtx};
		f.p.p_pptr = &f.p;
		stop_process(&f.p, SIGSTOP);
	}
	EXPECT_EQ(0, unmarked_kses(&f.p));
}

SELFTEST(sigkill_leaves_a_single_threading_request_alone)
{
	kse_fixture f;
	thread *single = f.add_owner(0);
	thread *other = f.add_owner(0);
	mtx_guard pg{f.p.p_mtx};
	f.p.p_flag |= P_STOPPED_SINGLE | P_STOPPED_SIG;
	{	mtx_guard g{sched_lock};
		f.p.p_singlethread = single;
		thread_suspend_one(other);
	}
	psignal(&f.p, SIGKILL);
	EXPECT_EQ(P_STOPPED_SINGLE, P_SHOULDSTOP(&f.p));
	EXPECT(TD_IS_SUSPENDED(other));
	mtx_guard g{sched_lock};
	f.p.p_singlethread = nullptr;
}

// A process of three threads: one single-threads as fork does and waits for a napper; the third
// calls exit meanwhile. p_xstat tells whose end it was.
static void exiter(void *, trapframe *)
{
	nap(2);
	exit1(curthread, W_EXITCODE(7, 0));
}

static void fork_and_exit(void *arg)
{
	proc *p = curthread->td_proc;
	thread *slow = sibling_start(napper, nullptr);
	thread *ending = sibling_start(exiter, nullptr);
	sibling_sleeps(slow);
	sibling_sleeps(ending);
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		thread_single_end();
	}
	*static_cast<bool *>(arg) = true;
	sibling_boundary();
	sibling_end();
}

SELFTEST(exit_waits_while_another_thread_forks_instead_of_panicking)
{
	bool forked = false;
	kthread_join(kthread_run("forker", fork_and_exit, &forked));
	EXPECT(forked);
}

static void single_thread_twice(void *)
{
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	p->p_flag |= P_KSES;
	(void)thread_single(SINGLE_NO_EXIT);
	(void)thread_single(SINGLE_NO_EXIT);
}

SELFTEST(single_threading_twice_by_one_thread_panics)
{
	EXPECT(selftest_panics(single_thread_twice, nullptr, "single-threads twice"));
}

// A process that stops for a signal while one of its two threads is on its way out, past the last
// check for a stop: the other one is stopped already, and the end makes the stop complete.
static constinit bool ending_stopped{};

static void end_past_the_check(void *, trapframe *)
{
	nap(10);
	sibling_end();
}

static void stop_with_a_dying_thread(void *arg)
{
	*static_cast<proc **>(arg) = curthread->td_proc;
	sibling_sleeps(sibling_start(end_past_the_check, nullptr));
	nap(2);
	sibling_boundary();
	ending_stopped = true;
	siblings_finish();
}

SELFTEST(the_end_of_the_last_running_thread_tells_the_parent_of_a_stop)
{
	proc *p = nullptr;
	ending_stopped = false;
	auto *handle = kthread_run("stopper", stop_with_a_dying_thread, &p);
	nap(2);
	{	mtx_guard g{p->p_mtx};
		stop_process(p, SIGSTOP);
	}
	// Nothing else wakes its parent, process 0, while this test waits.
	EXPECT(tsleep(&proc0, PWAIT, "tststop", hz) == OK);
	{	mtx_guard g{p->p_mtx};
		mtx_guard sg{sched_lock};
		EXPECT(process_stopped(p));
		EXPECT(!ending_stopped);
	}
	{	mtx_guard g{p->p_mtx};
		continue_process(p);
	}
	kthread_join(handle);
	EXPECT(ending_stopped);
}
