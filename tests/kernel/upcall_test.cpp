// SPDX-License-Identifier: BSD-2-Clause
// Making upcalls: thread_schedule_upcall and the hook of the sleeping functions.
// Written for Kestrel; delivery to user mode is tested by user programs.
#include "kse_fixture.hpp"

#include <kern/selftest.hpp>
#include <kern/syscall.hpp>
#include <kern/ucred.hpp>
#include <machine/frame.hpp>
#include <vm/uma.hpp>

#include <utility>

// runner: an unbound thread of the fixture that runs on its KSE with a mailbox and a standin.
static thread *add_runner(kse_fixture &f)
{
	thread *td = f.add_thread(TDF_UNBOUND | TDF_KEPTKSE);
	f.attach(f.add_kse(), td);
	td->td_state = TDS_RUNNING;
	td->td_mailbox = uaddr{0x2000};
	td->td_ucred = crhold(curthread->td_ucred);
	thread *standin = thread_alloc();
	mtx_guard g{sched_lock};
	td->td_standin = standin;
	return td;
}

// take_standin: what was td's standin, now the caller's; give_standin: the other way.
static thread *take_standin(thread *td)
{
	mtx_guard g{sched_lock};
	thread *standin = td->td_standin;
	td->td_standin = nullptr;
	return standin;
}

static void give_standin(thread *td, thread *standin)
{
	mtx_guard g{sched_lock};
	td->td_standin = standin;
}

// take_upcall: the upcall thread now belongs to the fixture, and is like one that ended.
static void take_upcall(kse_fixture &f, thread *td2)
{
	f.adopt_thread(td2);
	if (td2->td_kse != nullptr && td2->td_kse->ke_bound == td2)
		td2->td_kse->ke_bound = nullptr;
}

SELFTEST(an_upcall_on_the_own_kse_lends_it_back_to_the_blocking_thread)
{
	kse_fixture f;
	thread *td = add_runner(f);
	kse *ke = td->td_kse;
	mtx_guard g{sched_lock};
	thread *standin = td->td_standin;
	thread *td2 = thread_schedule_upcall(td, ke);
	EXPECT(td2 == standin);
	EXPECT(td->td_standin == nullptr);
	EXPECT_EQ(TDF_UPCALLING, td2->td_flags);
	EXPECT(ke->ke_bound == td2 && ke->ke_thread == td);
	EXPECT(td2->td_kse == ke && TD_ON_LOAN(td2));
	EXPECT(td2->td_mailbox == uaddr{});
	EXPECT_EQ(td->td_priority, td2->td_priority);
	EXPECT_EQ(2, f.p.p_numthreads);
	// The borrower blocks: the KSE reverts to the upcall, which is then ready.
	td->td_state = TDS_INHIBITED;
	td->td_inhibitors = TDI_SLEEPING;
	kse_reassign(ke);
	EXPECT(ke->ke_thread == td2 && ke->ke_bound == nullptr);
	EXPECT(TD_ON_RUNQ(td2));
	EXPECT(td->td_kse == nullptr);
	thread_check_proc(&f.p);
	remrunqueue(td2);
	take_upcall(f, td2);
}

SELFTEST(an_upcall_on_an_idle_kse_is_queued_at_once)
{
	kse_fixture f;
	thread *td = add_runner(f);
	kse *idle = f.add_idle_kse();
	mtx_guard g{sched_lock};
	thread *td2 = thread_schedule_upcall(td, idle);
	EXPECT(td2 != nullptr && TD_ON_RUNQ(td2));
	EXPECT(td2->td_kse == idle && idle->ke_thread == td2 && idle->ke_bound == nullptr);
	EXPECT_EQ(KES_ONRUNQ, idle->ke_state);
	EXPECT_EQ(0, f.kg->kg_idle_kses);
	remrunqueue(td2);
	take_upcall(f, td2);
}

SELFTEST(a_kse_lent_by_a_bound_thread_makes_no_upcall)
{
	kse_fixture f;
	thread *td = add_runner(f);
	thread *owner = f.add_thread(0);
	owner->td_kse = td->td_kse;
	td->td_kse->ke_bound = owner;
	mtx_guard g{sched_lock};
	TD_SET_LOAN(owner);
	thread *standin = td->td_standin;
	EXPECT(thread_schedule_upcall(td, td->td_kse) == nullptr);
	EXPECT(td->td_standin == standin);
	TD_CLR_LOAN(owner);
	td->td_kse->ke_bound = nullptr;
}

SELFTEST(without_a_standin_the_own_kse_makes_no_upcall)
{
	kse_fixture f;
	thread *td = add_runner(f);
	thread_free(take_standin(td));
	mtx_guard g{sched_lock};
	EXPECT(thread_schedule_upcall(td, td->td_kse) == nullptr);
	EXPECT(td->td_kse->ke_bound == nullptr);
}

SELFTEST(a_kse_without_a_mailbox_never_upcalls)
{
	kse_fixture f;
	thread *td = add_runner(f);
	td->td_kse->ke_mailbox = uaddr{};
	mtx_guard g{sched_lock};
	thread *standin = td->td_standin;
	EXPECT(thread_schedule_upcall(td, td->td_kse) == nullptr);
	EXPECT(td->td_standin == standin);
}

SELFTEST(at_the_hard_limit_a_blocking_thread_just_blocks_its_kse)
{
	kse_fixture f;
	thread *td = add_runner(f);
	int const limit = max_threads_per_proc_hard;
	mtx_guard g{sched_lock};
	max_threads_per_proc_hard = 1;
	EXPECT(thread_schedule_upcall(td, td->td_kse) == nullptr);
	EXPECT(td->td_standin != nullptr);
	EXPECT_EQ(1, f.p.p_numthreads);
	max_threads_per_proc_hard = limit;
}

static void upcall_elsewhere(void *arg)
{
	thread *td = static_cast<thread *>(arg);
	mtx_guard g{sched_lock};
	(void)thread_schedule_upcall(td, td->td_ksegrp->kg_iq.first());
}

SELFTEST(an_upcall_for_another_kse_without_a_standin_panics)
{
	kse_fixture f;
	thread *td = add_runner(f);
	f.add_idle_kse();
	thread *standin = take_standin(td);
	EXPECT(selftest_panics(upcall_elsewhere, td, "no standin"));
	give_standin(td, standin);
}

// The ready thread has used its standin: if it blocked again on a KSE for which no upcall was made,
// the KSE would go idle, and the UTS never hear that it is free.
SELFTEST(a_kse_that_blocking_threads_pass_on_comes_back_to_the_uts)
{
	kse_fixture f;
	thread *td = add_runner(f);
	kse *ke = td->td_kse;
	thread *ready = f.add_thread(TDF_UNBOUND);
	mtx_guard g{sched_lock};
	setrunqueue(ready);
	thread_block_upcall_locked(td);
	td->td_state = TDS_INHIBITED;
	td->td_inhibitors = TDI_SLEEPING;
	kse_reassign(ke);
	EXPECT(ke->ke_thread == ready && TD_ON_RUNQ(ready));
	thread_check_proc(&f.p);
	remrunqueue(ready);
	ready->td_state = TDS_INHIBITED;
	ready->td_inhibitors = TDI_SLEEPING;
	thread *td2 = ke->ke_thread;
	EXPECT(td2 != nullptr && TD_ON_RUNQ(td2));
	EXPECT_EQ(0, f.kg->kg_idle_kses);
	if (td2 == nullptr)
		return;
	EXPECT_EQ(TDF_UPCALLING, td2->td_flags);
	remrunqueue(td2);
	take_upcall(f, td2);
}

SELFTEST(a_kse_woken_while_it_carries_a_blocking_thread_does_not_go_idle)
{
	kse_fixture f;
	thread *waker = add_runner(f);
	thread *td = add_runner(f);
	kse *ke = td->td_kse;
	// It has blocked before in this call: no standin.
	thread *standin;
	{	mtx_guard g{sched_lock};
		standin = td->td_standin;
		td->td_standin = nullptr;
	}
	thread_free(standin);
	EXPECT(sys_kse_wakeup(waker, {ke->ke_mailbox}) == OK);
	mtx_guard g{sched_lock};
	td->td_state = TDS_INHIBITED;
	td->td_inhibitors = TDI_SLEEPING;
	kse_reassign(ke);
	EXPECT_EQ(0, f.kg->kg_idle_kses);
	thread *td2 = ke->ke_thread;
	EXPECT(td2 != nullptr && TD_ON_RUNQ(td2));
	if (td2 == nullptr)
		return;
	EXPECT_EQ(TDF_UPCALLING, td2->td_flags);
	EXPECT(ke->ke_tdspare == nullptr);
	remrunqueue(td2);
	take_upcall(f, td2);
}

SELFTEST(the_longest_quantum_is_no_short_one_at_any_clock_rate)
{
	kse_fixture f;
	thread *td = add_runner(f);
	mtx_guard g{sched_lock};
	int const rate = std::exchange(hz, 10'000);
	int const quantum = std::exchange(thread_quantum, 429'497); // times hz just over 2^32
	for (int i = 0; i < 10; i++)
		thread_quantum_tick(td);
	hz = rate;
	thread_quantum = quantum;
	EXPECT_EQ(0, td->td_kse->ke_flags & KEF_QUANTUM);
}

SELFTEST(the_sleep_hook_leaves_threads_without_a_mailbox_alone)
{
	kse_fixture f;
	thread *td = add_runner(f);
	td->td_mailbox = uaddr{};
	mtx_guard g{sched_lock};
	thread_block_upcall_locked(td);
	EXPECT(td->td_standin != nullptr);
	EXPECT(td->td_kse->ke_bound == nullptr);
}

SELFTEST(an_upcall_thread_starts_from_a_clean_frame)
{
	kse_fixture f;
	thread *td = add_runner(f);
	td->td_frame->tf_eax = 0x1111;
	td->td_frame->tf_eflags = 0xffffffff;
	mtx_guard g{sched_lock};
	thread *td2 = thread_schedule_upcall(td, td->td_kse);
	EXPECT_EQ(0, td2->td_frame->tf_eax);
	EXPECT_EQ(0, td2->td_frame->tf_eflags & 0x500);         // neither DF nor TF
	take_upcall(f, td2);
}

SELFTEST(upcall_threads_hold_a_credential_until_they_are_reaped)
{
	ucred *cr = crget();
	{	kse_fixture f;
		thread *td = add_runner(f);
		crfree(td->td_ucred);
		td->td_ucred = crhold(cr);
		mtx_guard g{sched_lock};
		thread *td2 = thread_schedule_upcall(td, td->td_kse);
		EXPECT_EQ(3, cr->cr_ref.load(order::relaxed));
		take_upcall(f, td2);
	}
	EXPECT_EQ(1, cr->cr_ref.load(order::relaxed));
	crfree(cr);
}
