// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the scheduling policy: who runs first, who is asked to make room, what is charged.
// Written for Kestrel; the arithmetic of the decay is tested here too, it needs nothing else.
#include <kern/sched_decay.hpp>

#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <tests/kernel/user_memory.hpp>
#include <tests/kernel/worker.hpp>

SELFTEST(sched_decay_forgets_ninety_percent_in_five_seconds_at_load_one)
{
	uint32_t estcpu = 200;

	for (int second = 0; second < 6; second++)
		estcpu = sched_decay(estcpu, 1u << load_shift);
	EXPECT(estcpu <= 20);
	EXPECT(estcpu > 0);
}

SELFTEST(sched_decay_forgets_more_slowly_under_load)
{
	EXPECT(sched_decay(200, 8u << load_shift) > sched_decay(200, 1u << load_shift));
	EXPECT_EQ(0, sched_decay(200, 0));
	EXPECT_EQ(0, sched_decay(0, 8u << load_shift));
}

SELFTEST(sched_user_priority_stays_in_the_timeshare_band)
{
	EXPECT_EQ(PUSER, sched_user_priority(0, nice_least));
	EXPECT_EQ(PUSER + 20, sched_user_priority(0, 0));
	EXPECT_EQ(PUSER + 21, sched_user_priority(estcpu_per_priority, 0));
	EXPECT_EQ(PRI_MAX_TIMESHARE, sched_user_priority(estcpu_most, nice_most));
	EXPECT(sched_user_priority(estcpu_most, 0) <= PRI_MAX_TIMESHARE);
}

SELFTEST(sched_load_average_follows_the_runnable_with_delay)
{
	sched_load_average average;

	average.sample(8);
	EXPECT_EQ(1u << load_shift, average.value());
	for (int i = 0; i < 100; i++)
		average.sample(8);
	EXPECT(average.value() > 7u << load_shift);
	EXPECT(average.value() <= 8u << load_shift);
}

// The order in which workers got the CPU.
namespace {

struct order_log final {
	atomic<uint32_t> count{0};
	char             names[8]{};
};
constinit order_log turns{};

void take_turn(void *name)
{
	turns.names[turns.count.add(1, order::relaxed)] = *static_cast<char const *>(name);
}

}

SELFTEST(sched_runs_the_better_priority_first)
{
	static constinit char const names[] = "lmh";

	turns.count.store(0, order::relaxed);
	one_cpu here;
	set_priority(PRI_MIN_KERN);
	{	worker low{TEST_PRI_LOW, take_turn, const_cast<char *>(&names[0])};
		worker mid{TEST_PRI_MID, take_turn, const_cast<char *>(&names[1])};
		worker high{TEST_PRI_HIGH, take_turn, const_cast<char *>(&names[2])};
		EXPECT(sleep_until([&] { return low.td() && mid.td() && high.td(); }));
		// All are ready before this thread sleeps; the worst first, so that only priority
		// can put them in order.
		low.go();
		mid.go();
		high.go();
		EXPECT(sleep_until([&] { return low.done() && mid.done() && high.done(); }));
	}
	EXPECT_EQ('h', turns.names[0]);
	EXPECT_EQ('m', turns.names[1]);
	EXPECT_EQ('l', turns.names[2]);
}

SELFTEST(sched_wakeup_of_a_better_thread_asks_for_a_reschedule)
{
	one_cpu here;
	set_priority(TEST_PRI_LOW);
	worker better{TEST_PRI_HIGH, [](void *) {}, nullptr};
	EXPECT(sleep_until([&] { return better.asleep_on(&better); }));
	bool asked;
	{	mtx_guard g{sched_lock};
		curthread->td_kse->ke_flags &= ~KEF_NEEDRESCHED;
		wakeup(&better);
		asked = (curthread->td_kse->ke_flags & KEF_NEEDRESCHED) != 0;
	}
	EXPECT(asked);
}

SELFTEST(sched_relinquish_lets_an_equal_run)
{
	one_cpu here;
	set_priority(TEST_PRI_MID);
	worker equal{TEST_PRI_MID, [](void *) {}, nullptr};
	EXPECT(sleep_until([&] { return equal.td() != nullptr; }));
	equal.go();
	EXPECT(!equal.done());
	sched_relinquish(curthread);
	EXPECT(equal.done());
}

SELFTEST(sched_clock_charges_the_group_and_ends_the_slice)
{
	ksegrp *const kg = curthread->td_ksegrp;
	kse *const ke = curthread->td_kse;

	mtx_guard g{sched_lock};
	kg->kg_estcpu = 0;
	ke->ke_slice = 2;
	ke->ke_flags &= ~KEF_NEEDRESCHED;
	sched_clock(curthread);
	EXPECT_EQ(1, kg->kg_estcpu);
	EXPECT_EQ(0, ke->ke_flags & KEF_NEEDRESCHED);
	sched_clock(curthread);
	EXPECT_EQ(2, kg->kg_estcpu);
	EXPECT_EQ(KEF_NEEDRESCHED, ke->ke_flags & KEF_NEEDRESCHED);
	ke->ke_flags &= ~KEF_NEEDRESCHED;
}

SELFTEST(sched_clock_stops_counting_at_the_limit)
{
	ksegrp *const kg = curthread->td_ksegrp;

	mtx_guard g{sched_lock};
	kg->kg_estcpu = estcpu_most;
	sched_clock(curthread);
	EXPECT_EQ(estcpu_most, kg->kg_estcpu);
}

SELFTEST(sched_clock_worsens_the_priority_every_eight_ticks)
{
	ksegrp *const kg = curthread->td_ksegrp;

	mtx_guard g{sched_lock};
	kg->kg_estcpu = 0;
	for (uint32_t i = 0; i < estcpu_per_priority; i++)
		sched_clock(curthread);
	EXPECT_EQ(sched_user_priority(estcpu_per_priority, 0), kg->kg_user_pri);
}

SELFTEST(sched_child_inherits_use_and_parent_answers_for_it)
{
	static constinit ksegrp parent{};
	static constinit ksegrp child{};

	mtx_guard g{sched_lock};
	parent.kg_estcpu = 40;
	sched_fork(&parent, &child);
	EXPECT_EQ(40, child.kg_estcpu);
	child.kg_estcpu = 100;
	sched_exit(&parent, &child);
	EXPECT_EQ(140, parent.kg_estcpu);
	sched_exit(&parent, &child);
	sched_exit(&parent, &child);
	EXPECT_EQ(estcpu_most, parent.kg_estcpu);
}

SELFTEST(a_new_group_begins_with_its_creators_past)
{
	user_memory user{1};
	proc *p = curthread->td_proc;
	ksegrp *creator = curthread->td_ksegrp;

	{	// The new group's thread stops at its first boundary, before the upcall.
		mtx_guard g{p->p_mtx};
		p->p_flag |= P_KSES;
		EXPECT(thread_single(SINGLE_NO_EXIT) == OK);
		mtx_guard sg{sched_lock};
		creator->kg_estcpu = 200;
	}
	EXPECT(sys_kse_create(curthread, {.mbx = user.at(0), .newgroup = 1}) == OK);
	mtx_guard g{p->p_mtx};
	{	mtx_guard sg{sched_lock};
		ksegrp *kg = p->p_ksegrps.first();
		EXPECT(kg != creator);
		// The creator has run on for some ticks; the decay, if it came, was for both.
		EXPECT(kg->kg_estcpu + 20 >= creator->kg_estcpu);
		creator->kg_estcpu = 0;
	}
	thread_single_end();
	EXPECT(thread_single(SINGLE_EXIT) == OK);
	thread_leave_kse_mode(curthread);
	thread_single_end();
}
