// SPDX-License-Identifier: BSD-2-Clause
// Defects of the seed's kse_release, kse_wakeup, kse_create and kse_exit, each provoked.
// Written for Kestrel; docs/errata.md tells the stories.
#include "kse_fixture.hpp"
#include "sibling.hpp"
#include "user_memory.hpp"
#include "worker.hpp"

#include <kern/selftest.hpp>
#include <kern/syscall.hpp>
#include <sys/kse.h>

namespace {

// Mailbox addresses that nothing is at: the calls under test only compare them.
constexpr uint32_t own_mailbox = 0x30000000, other_mailbox = 0x30001000;
constexpr uaddr some_thread{0x30002000};

// be_kse_process: curthread's process enters KSE mode, with a mailbox on curthread's KSE.
void be_kse_process(uint32_t mailbox)
{
	proc *p = curthread->td_proc;
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	p->p_flag |= P_KSES;
	curthread->td_kse->ke_mailbox = uaddr{mailbox};
}

Errno release(thread *td)
{
	return sys_kse_release(td, {});
}

Errno wake(thread *td, uint32_t mailbox)
{
	return sys_kse_wakeup(td, {.mbx = uaddr{mailbox}});
}

bool is_upcalling(thread const *td)
{
	mtx_guard g{sched_lock};
	return (td->td_flags & TDF_UPCALLING) != 0;
}

// A sibling's call of kse_release, when it is told to, and what came of it.
struct release_trial final {
	int   giant_levels{};
	uaddr completed{};
	int   flags{};          // more td_flags for the call
	bool  go{};
	bool  returned{};
	Errno result{};
	bool  upcalling{};
};
constinit release_trial trial{};

// Whether the call ends the thread is what the tests are about: then its guards go with it.
NO_THREAD_SAFETY_ANALYSIS
void release_when_told(void *, trapframe *)
{
	thread *td = curthread;
	while (!trial.go)
		(void)tsleep(&trial, PWAIT, "relgo", 1);
	{	mtx_guard pg{td->td_proc->p_mtx};
		td->td_ksegrp->kg_completed = trial.completed;
		mtx_guard sg{sched_lock};
		td->td_flags |= trial.flags;
	}
	for (int i = 0; i < trial.giant_levels; i++)
		Giant.lock();
	trial.result = release(td);
	trial.returned = true;
	trial.upcalling = is_upcalling(td);
	{	mtx_guard pg{td->td_proc->p_mtx};
		td->td_ksegrp->kg_completed = uaddr{};
		mtx_guard sg{sched_lock};
		td->td_flags = 0;
	}
	sibling_end();
}

// try_release: let the sibling go, and wait until it has gone.
void try_release()
{
	trial.go = true;
	wakeup(&trial);
	siblings_finish();
}

void wake_the_last(void *arg)
{
	thread *td = static_cast<thread *>(arg);
	void const *channel = &td->td_ksegrp->kg_completed;
	bool const slept = sleep_until([&] {
		mtx_guard g{sched_lock};
		return TD_IS_SLEEPING(td) && td->td_wchan == channel;
	});
	EXPECT(slept);
	// On behalf of td's process, which has no other thread that could.
	EXPECT(wake(td, own_mailbox) == OK);
}

}

SELFTEST(kse_release_by_the_only_thread_sleeps_instead_of_dying)
{
	be_kse_process(own_mailbox);
	{	worker waker{PUSER, wake_the_last, curthread};
		waker.go();
		EXPECT(release(curthread) == EJUSTRETURN);
		EXPECT(is_upcalling(curthread));
	}
	siblings_finish();
}

// A borrower of the released KSE, and where its mailbox is.
static constinit uaddr borrower_mailbox{};

static void complete(void *, trapframe *)
{
	thread *td = curthread;
	td->td_mailbox = borrower_mailbox;
	(void)thread_userret(td, td->td_frame);
	selftest_fail(__FILE__, __LINE__, "a borrower ends when it has told of its end");
	sibling_end();
}

// lend_to_borrower: td sleeps in kse_release: an unbound thread that becomes ready takes its KSE,
// completes and ends. That must wake td. If not, kse_wakeup does, for the test to end.
static void lend_to_borrower(void *arg)
{
	thread *td = static_cast<thread *>(arg);
	void const *channel = &td->td_ksegrp->kg_completed;
	auto const asleep = [&] {
		mtx_guard g{sched_lock};
		return td->td_wchan == channel;
	};
	EXPECT(sleep_until([&] { return asleep() && TD_IS_SLEEPING(td); }));
	thread *borrower = thread_alloc();
	cpu_set_kthread(borrower, complete, nullptr);
	{	mtx_guard g{sched_lock};
		sibling_link(borrower, nullptr, td->td_ksegrp);
		setrunqueue(borrower);
	}
	EXPECT(sleep_until([&] { return !asleep(); }));
	if (asleep())
		(void)wake(td, own_mailbox);
}

SELFTEST(a_thread_that_completes_on_a_released_kse_wakes_who_released_it)
{
	user_memory user{1};
	borrower_mailbox = user.at(0);
	be_kse_process(own_mailbox);
	{	worker lender{PUSER, lend_to_borrower, curthread};
		lender.go();
		EXPECT(release(curthread) == EJUSTRETURN);
		EXPECT(is_upcalling(curthread));
	}
	EXPECT(curthread->td_ksegrp->kg_completed == borrower_mailbox);
	siblings_finish();
}

SELFTEST(kse_release_with_a_completed_thread_upcalls_at_once)
{
	trial = {.completed = some_thread};
	sibling_start(release_when_told, nullptr, own_mailbox);
	try_release();
	EXPECT(trial.returned && trial.result == EJUSTRETURN && trial.upcalling);
}

SELFTEST(kse_release_gives_up_every_level_of_giant)
{
	trial = {.giant_levels = 2};
	thread const *td = sibling_start(release_when_told, nullptr, own_mailbox);
	try_release();
	EXPECT(!trial.returned);
	EXPECT(Giant.owner() != td);
}

SELFTEST(kse_release_after_a_wakeup_upcalls_at_once)
{
	trial = {};
	sibling_start(release_when_told, nullptr, own_mailbox);
	EXPECT(wake(curthread, own_mailbox) == OK);
	try_release();
	EXPECT(trial.returned && trial.result == EJUSTRETURN && trial.upcalling);
}

SELFTEST(kse_release_by_a_user_thread_is_refused)
{
	trial = {.flags = TDF_UNBOUND};
	sibling_start(release_when_told, nullptr, own_mailbox);
	try_release();
	EXPECT(trial.returned && trial.result == EINVAL && !trial.upcalling);
}

SELFTEST(kse_release_without_a_mailbox_is_refused)
{
	trial = {};
	sibling_start(release_when_told, nullptr);
	try_release();
	EXPECT(trial.returned && trial.result == EINVAL && !trial.upcalling);
}

SELFTEST(a_kse_whose_upcall_cannot_be_made_stays_idle)
{
	kse_fixture f;
	thread *td = f.add_owner(0);
	kse *idle = f.add_idle_kse();
	idle->ke_mailbox = uaddr{};
	thread *spare = thread_alloc();
	{	mtx_guard g{sched_lock};
		EXPECT(thread_schedule_upcall_with(td, idle, spare) == nullptr);
		EXPECT_EQ(KES_IDLE, idle->ke_state);
		EXPECT(f.kg->kg_iq.first() == idle);
		EXPECT_EQ(1, f.kg->kg_idle_kses);
		thread_check_proc(&f.p);
	}
	thread_free(spare);
}

// The new upcall is kept from user mode, which is not there, by single-threading.
SELFTEST(kse_wakeup_leaves_the_callers_standin_alone)
{
	proc *p = curthread->td_proc;
	kse *idle = kse_alloc();
	thread *standin = thread_alloc();
	be_kse_process(own_mailbox);
	{	mtx_guard g{sched_lock};
		kse_link(idle, curthread->td_ksegrp);
		idle->ke_mailbox = uaddr{other_mailbox};
		idle->ke_thread = nullptr;
		kse_reassign(idle);
		EXPECT_EQ(KES_IDLE, idle->ke_state);
		curthread->td_standin = standin;
	}
	{	mtx_guard g{p->p_mtx};
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
	}
	EXPECT(wake(curthread, other_mailbox) == OK);
	{	mtx_guard g{sched_lock};
		EXPECT(curthread->td_standin == standin);
		EXPECT_EQ(2, p->p_numthreads);
	}
	mtx_guard g{p->p_mtx};
	thread_single_end();
	EXPECT(thread_single(SINGLE_EXIT) == OK);
	thread_leave_kse_mode(curthread);
	thread_single_end();
}

// What the worker sees of the caller of kse_create while it holds p_mtx.
struct create_trial final {
	thread *caller{};
	bool    locked{};
	bool    waited{};
	bool    flag_was_clear{};
};
static constinit create_trial create{};

static void hold_process_lock(void *)
{
	proc *p = create.caller->td_proc;
	mtx_guard g{p->p_mtx};
	create.locked = true;
	create.waited = yield_until([p] {
		mtx_guard sg{sched_lock};
		return create.caller->td_blocked == &p->p_mtx;
	});
	create.flag_was_clear = (p->p_flag & P_KSES) == 0;
}

SELFTEST(kse_create_takes_the_process_lock_before_it_sets_the_flag)
{
	user_memory user{1};
	create = {.caller = curthread};
	{	worker holder{PUSER, hold_process_lock, nullptr};
		holder.go();
		EXPECT(sleep_until([] { return create.locked; }));
		EXPECT(sys_kse_create(curthread, {.mbx = user.at(0), .newgroup = 0}) == OK);
	}
	EXPECT(create.waited && create.flag_was_clear);
	siblings_finish();
}
