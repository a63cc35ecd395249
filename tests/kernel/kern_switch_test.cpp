// SPDX-License-Identifier: BSD-2-Clause
// Giving KSEs to threads: setrunqueue, kse_reassign and what they do to a group's queues.
// Written for Kestrel; one test for each branch of kern_switch.cpp.
#include "kse_fixture.hpp"

#include <kern/selftest.hpp>

// Every test holds sched_lock from its first queueing to the last check: the threads cannot run.

SELFTEST(setrunqueue_of_a_bound_thread_queues_its_own_kse)
{
	kse_fixture f;
	thread *td = f.add_owner(0);
	mtx_guard g{sched_lock};
	setrunqueue(td);
	EXPECT(TD_ON_RUNQ(td));
	EXPECT_EQ(KES_ONRUNQ, td->td_kse->ke_state);
	EXPECT_EQ(1, f.kg->kg_runnable);
	EXPECT_EQ(1, f.kg->kg_runq_kses);
	EXPECT(f.kg->kg_runq.empty());
	remrunqueue(td);
	EXPECT_EQ(0, f.kg->kg_runnable);
	EXPECT_EQ(0, f.kg->kg_runq_kses);
	EXPECT_EQ(KES_THREAD, td->td_kse->ke_state);
}

SELFTEST(setrunqueue_takes_a_woken_owner_off_the_loan_queue)
{
	kse_fixture f;
	thread *owner = f.add_owner();
	kse *ke = owner->td_kse;
	mtx_guard g{sched_lock};
	kse_reassign(ke);
	EXPECT_EQ(1, f.kg->kg_loan_kses);
	EXPECT((ke->ke_flags & KEF_ONLOANQ) != 0);
	TD_CLR_SLEEPING(owner);
	setrunqueue(owner);
	EXPECT_EQ(0, f.kg->kg_loan_kses);
	EXPECT((ke->ke_flags & KEF_ONLOANQ) == 0);
	EXPECT_EQ(KES_ONRUNQ, ke->ke_state);
	remrunqueue(owner);
}

SELFTEST(an_unbound_thread_takes_an_idle_kse_first)
{
	kse_fixture f;
	thread *owner = f.add_owner();
	kse *idle = f.add_idle_kse();
	thread *td = f.add_thread(TDF_UNBOUND);
	mtx_guard g{sched_lock};
	kse_reassign(owner->td_kse);
	setrunqueue(td);
	EXPECT(td->td_kse == idle);
	EXPECT_EQ(0, f.kg->kg_idle_kses);
	EXPECT_EQ(1, f.kg->kg_loan_kses);
	EXPECT(f.kg->kg_last_assigned == td);
	remrunqueue(td);
	EXPECT_EQ(1, f.kg->kg_idle_kses);
	EXPECT(f.kg->kg_last_assigned == nullptr);
}

SELFTEST(without_an_idle_kse_a_sleeping_owner_lends_its_own)
{
	kse_fixture f;
	thread *owner = f.add_owner();
	kse *ke = owner->td_kse;
	thread *td = f.add_thread(TDF_UNBOUND);
	mtx_guard g{sched_lock};
	kse_reassign(ke);
	setrunqueue(td);
	EXPECT(td->td_kse == ke);
	EXPECT(ke->ke_bound == owner);
	EXPECT(ke->ke_thread == td);
	EXPECT(TD_ON_LOAN(owner));
	EXPECT(owner->td_kse == ke);
	EXPECT_EQ(0, f.kg->kg_loan_kses);
	remrunqueue(td);
	EXPECT(ke->ke_bound == nullptr);
	EXPECT(ke->ke_thread == owner);
	EXPECT(!TD_ON_LOAN(owner));
	EXPECT_EQ(1, f.kg->kg_loan_kses);
}

SELFTEST(a_better_thread_commandeers_the_kse_of_the_worst_assigned_one)
{
	kse_fixture f;
	kse *ke = f.add_idle_kse();
	thread *worse = f.add_thread(TDF_UNBOUND, 200);
	thread *better = f.add_thread(TDF_UNBOUND, 100);
	mtx_guard g{sched_lock};
	setrunqueue(worse);
	EXPECT(worse->td_kse == ke);
	setrunqueue(better);
	EXPECT(better->td_kse == ke);
	EXPECT(worse->td_kse == nullptr);
	EXPECT(f.kg->kg_last_assigned == better);
	EXPECT_EQ(2, f.kg->kg_runnable);
	EXPECT_EQ(1, f.kg->kg_runq_kses);
	remrunqueue(better);
	EXPECT(worse->td_kse == ke);
	remrunqueue(worse);
}

SELFTEST(a_worse_thread_waits_on_kg_runq_without_a_kse)
{
	kse_fixture f;
	f.add_idle_kse();
	thread *first = f.add_thread(TDF_UNBOUND, 100);
	thread *second = f.add_thread(TDF_UNBOUND, 100);
	thread *third = f.add_thread(TDF_UNBOUND, 90);
	mtx_guard g{sched_lock};
	setrunqueue(first);
	setrunqueue(second);
	EXPECT(second->td_kse == nullptr);
	setrunqueue(third);
	EXPECT(third->td_kse != nullptr);
	EXPECT(first->td_kse == nullptr);
	EXPECT(f.kg->kg_runq.first() == third);
	EXPECT(f.kg->kg_runq.next(*third) == first);
	EXPECT(f.kg->kg_runq.next(*first) == second);
	thread_check_proc(&f.p);
	remrunqueue(third);
	EXPECT(first->td_kse != nullptr);
	remrunqueue(second);
	remrunqueue(first);
	EXPECT_EQ(1, f.kg->kg_idle_kses);
}

SELFTEST(a_preempted_unbound_thread_leaves_its_kse_to_a_better_one)
{
	kse_fixture f;
	thread *running = f.add_thread(TDF_UNBOUND | TDF_KEPTKSE, 200);
	thread *waiting = f.add_thread(TDF_UNBOUND, 100);
	kse *ke = f.add_kse();
	f.attach(ke, running);
	running->td_state = TDS_RUNNING;
	mtx_guard g{sched_lock};
	setrunqueue(waiting);
	EXPECT(waiting->td_kse == nullptr);
	setrunqueue(running);
	EXPECT(waiting->td_kse == ke);
	EXPECT(running->td_kse == nullptr);
	EXPECT((running->td_flags & TDF_KEPTKSE) == 0);
	remrunqueue(waiting);
	EXPECT(running->td_kse == ke);
	remrunqueue(running);
}

SELFTEST(kse_reassign_lends_the_kse_of_a_bound_sleeper_to_a_ready_thread)
{
	kse_fixture f;
	thread *td = f.add_thread(TDF_UNBOUND);
	mtx_guard g{sched_lock};
	setrunqueue(td);
	EXPECT(td->td_kse == nullptr);
	g.unlock();
	thread *owner = f.add_owner();
	kse *ke = owner->td_kse;
	g.lock();
	kse_reassign(ke);
	EXPECT(ke->ke_bound == owner && TD_ON_LOAN(owner));
	EXPECT(ke->ke_thread == td && td->td_kse == ke);
	thread_check_proc(&f.p);
	remrunqueue(td);
}

SELFTEST(kse_reassign_gives_the_kse_back_to_a_ready_owner)
{
	kse_fixture f;
	thread *owner = f.add_owner();
	thread *borrower = f.add_thread(TDF_UNBOUND);
	kse *ke = owner->td_kse;
	mtx_guard g{sched_lock};
	kse_reassign(ke);
	setrunqueue(borrower);
	EXPECT(ke->ke_bound == owner);
	// The owner is woken while its KSE is lent: it stays inhibited by the loan alone.
	TD_CLR_SLEEPING(owner);
	EXPECT(TD_IS_INHIBITED(owner));
	EXPECT_EQ(TDI_LOAN, owner->td_inhibitors);
	remrunqueue(borrower);
	EXPECT(TD_ON_RUNQ(owner));
	EXPECT(ke->ke_thread == owner && ke->ke_bound == nullptr);
	EXPECT_EQ(KES_ONRUNQ, ke->ke_state);
	EXPECT(borrower->td_kse == nullptr);
	remrunqueue(owner);
}

SELFTEST(kse_reassign_idles_the_kse_of_an_unbound_sleeper)
{
	kse_fixture f;
	thread *td = f.add_thread(TDF_UNBOUND);
	kse *ke = f.add_kse();
	f.attach(ke, td);
	td->td_state = TDS_INHIBITED;
	td->td_inhibitors = TDI_SLEEPING;
	mtx_guard g{sched_lock};
	kse_reassign(ke);
	EXPECT_EQ(KES_IDLE, ke->ke_state);
	EXPECT(td->td_kse == nullptr);
	EXPECT(f.kg->kg_iq.first() == ke);
	thread_check_proc(&f.p);
	TD_CLR_SLEEPING(td);
}

SELFTEST(adjustrunqueue_moves_a_thread_and_its_kse_with_its_priority)
{
	kse_fixture f;
	kse *ke = f.add_idle_kse();
	thread *a = f.add_thread(TDF_UNBOUND, 100);
	thread *b = f.add_thread(TDF_UNBOUND, 150);
	mtx_guard g{sched_lock};
	setrunqueue(a);
	setrunqueue(b);
	EXPECT(a->td_kse == ke);
	adjustrunqueue(b, 50);
	EXPECT(b->td_kse == ke);
	EXPECT(a->td_kse == nullptr);
	EXPECT_EQ(50, b->td_priority);
	EXPECT(f.kg->kg_runq.first() == b);
	thread_check_proc(&f.p);
	remrunqueue(b);
	remrunqueue(a);
}

SELFTEST(adjustrunqueue_stores_the_priority_even_when_the_queue_stays_the_same)
{
	kse_fixture f;
	thread *td = f.add_owner(0);
	mtx_guard g{sched_lock};
	td->td_priority = 100;
	setrunqueue(td);
	adjustrunqueue(td, 101);        // the same index, 100 / RQ_PPQ
	EXPECT_EQ(101, td->td_priority);
	remrunqueue(td);
}

SELFTEST(choosethread_takes_the_best_thread_off_all_queues)
{
	kse_fixture f;
	kse *ke = f.add_idle_kse();
	thread *td = f.add_thread(TDF_UNBOUND, PRI_MIN_ITHD);
	mtx_guard g{sched_lock};
	setrunqueue(td);
	EXPECT(choosethread() == td);
	EXPECT(TD_IS_RUNNING(td));
	EXPECT_EQ(KES_THREAD, ke->ke_state);
	EXPECT(f.kg->kg_runq.empty());
	EXPECT(f.kg->kg_last_assigned == nullptr);
	EXPECT_EQ(0, f.kg->kg_runnable);
	EXPECT_EQ(0, f.kg->kg_runq_kses);
	// It never ran: back to where the fixture can free it.
	td->td_state = TDS_CAN_RUN;
}

SELFTEST(setrunnable_leaves_inhibited_and_queued_threads_alone)
{
	kse_fixture f;
	thread *asleep = f.add_owner();
	thread *ready = f.add_owner(0);
	mtx_guard g{sched_lock};
	setrunnable(asleep);
	EXPECT(TD_IS_INHIBITED(asleep));
	setrunqueue(ready);
	setrunnable(ready);
	EXPECT_EQ(1, f.kg->kg_runnable);
	remrunqueue(ready);
}
