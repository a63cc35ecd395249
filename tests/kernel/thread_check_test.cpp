// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the invariant checker: each invariant broken on purpose, and found.
// Written for Kestrel; the numbers are those of the comments in kern_thread_check.cpp.
#include <tests/kernel/kse_fixture.hpp>

#include <kern/selftest.hpp>

namespace {

// A process that is whole, what breaks one rule of it, and what mends that again.
struct damage final {
	kse_fixture &f;
	void       (*change)(kse_fixture &f);
};

void check_damaged(void *arg)
{
	auto &d = *static_cast<damage *>(arg);
	mtx_guard g{sched_lock};

	d.change(d.f);
	thread_check_proc(&d.f.p);
}

// found: whether the checker, content before, panics with this sentence after the change.
bool found(kse_fixture &f, char const *sentence, void (*change)(kse_fixture &),
    void (*mend)(kse_fixture &))
{
	damage d{f, change};
	{	mtx_guard g{sched_lock};
		thread_check_proc(&f.p);
	}
	bool const panicked = selftest_panics(check_damaged, &d, sentence);
	mtx_guard g{sched_lock};
	mend(f);
	thread_check_proc(&f.p);
	return panicked;
}

kse *first_kse(kse_fixture &f) { return f.kg->kg_kseq.first(); }
kse *free_kse(kse_fixture &f)
{
	kse *ke = first_kse(f);
	return ke->ke_thread == nullptr ? ke : f.kg->kg_kseq.next(*ke);
}
thread *first_thread(kse_fixture &f) { return f.kg->kg_threads.first(); }

}

SELFTEST(thread_check_1_counts_are_the_lengths_of_the_lists)
{
	kse_fixture f;
	f.add_idle_kse();
	f.add_owner();

	EXPECT(found(f, "length of p_threads", [](kse_fixture &x) { x.p.p_numthreads++; },
	    [](kse_fixture &x) { x.p.p_numthreads--; }));
	EXPECT(found(f, "length of p_ksegrps", [](kse_fixture &x) { x.p.p_numksegrps++; },
	    [](kse_fixture &x) { x.p.p_numksegrps--; }));
	EXPECT(found(f, "length of kg_threads", [](kse_fixture &x) { x.kg->kg_numthreads++; },
	    [](kse_fixture &x) { x.kg->kg_numthreads--; }));
	EXPECT(found(f, "length of kg_kseq", [](kse_fixture &x) { x.kg->kg_kses++; },
	    [](kse_fixture &x) { x.kg->kg_kses--; }));
	EXPECT(found(f, "length of kg_iq", [](kse_fixture &x) { x.kg->kg_idle_kses++; },
	    [](kse_fixture &x) { x.kg->kg_idle_kses--; }));
	EXPECT(found(f, "length of kg_lq", [](kse_fixture &x) { x.kg->kg_loan_kses++; },
	    [](kse_fixture &x) { x.kg->kg_loan_kses--; }));
	EXPECT(found(f, "length of p_suspended",
	    [](kse_fixture &x) NO_THREAD_SAFETY_ANALYSIS { x.p.p_suspcount++; },
	    [](kse_fixture &x) NO_THREAD_SAFETY_ANALYSIS { x.p.p_suspcount--; }));
}

SELFTEST(thread_check_2_a_kse_is_where_its_state_says)
{
	kse_fixture f;
	f.add_idle_kse();

	EXPECT(found(f, "idle KSEs are on kg_iq",
	    [](kse_fixture &x) { first_kse(x)->ke_state = KES_UNQUEUED; },
	    [](kse_fixture &x) { first_kse(x)->ke_state = KES_IDLE; }));
	EXPECT(found(f, "loanable KSEs are on kg_lq",
	    [](kse_fixture &x) NO_THREAD_SAFETY_ANALYSIS {
		    first_kse(x)->ke_flags |= KEF_ONLOANQ;
	    },
	    [](kse_fixture &x) NO_THREAD_SAFETY_ANALYSIS {
		    first_kse(x)->ke_flags &= ~KEF_ONLOANQ;
	    }));
	EXPECT(found(f, "a KSE is on a CPU while its thread runs",
	    [](kse_fixture &x) { first_kse(x)->ke_oncpu = 0; },
	    [](kse_fixture &x) { first_kse(x)->ke_oncpu = NOCPU; }));
}

SELFTEST(thread_check_2_a_queued_kse_is_on_the_run_queue)
{
	kse_fixture f;
	f.add_owner(0);

	EXPECT(found(f, "queued KSEs are on the system run queue",
	    [](kse_fixture &x) { first_kse(x)->ke_state = KES_ONRUNQ; },
	    [](kse_fixture &x) { first_kse(x)->ke_state = KES_THREAD; }));
}

SELFTEST(thread_check_3_ready_threads_are_sorted)
{
	kse_fixture f;
	thread *const better = f.add_thread(TDF_UNBOUND, 100);
	thread *const worse = f.add_thread(TDF_UNBOUND, 150);
	{	mtx_guard g{sched_lock};
		setrunqueue(better);
		setrunqueue(worse);
	}
	EXPECT(found(f, "kg_runq is sorted by priority",
	    [](kse_fixture &x) { x.kg->kg_runq.first()->td_priority = 200; },
	    [](kse_fixture &x) { x.kg->kg_runq.first()->td_priority = 100; }));
	EXPECT(found(f, "the assigned threads are a prefix",
	    [](kse_fixture &x) { x.kg->kg_last_assigned = x.kg->kg_runq.first(); },
	    [](kse_fixture &x) { x.kg->kg_last_assigned = nullptr; }));
}

SELFTEST(thread_check_4_a_lender_is_bound_and_marked)
{
	kse_fixture f;
	f.add_owner();
	f.add_kse();

	EXPECT(found(f, "a lender is bound, TDI_LOAN, and still names its KSE",
	    [](kse_fixture &x) { free_kse(x)->ke_bound = first_thread(x); },
	    [](kse_fixture &x) { free_kse(x)->ke_bound = nullptr; }));
	EXPECT(found(f, "TDI_LOAN means lender",
	    [](kse_fixture &x) { first_thread(x)->td_inhibitors |= TDI_LOAN; },
	    [](kse_fixture &x) { first_thread(x)->td_inhibitors &= ~TDI_LOAN; }));
}

SELFTEST(thread_check_4_a_borrower_is_unbound)
{
	kse_fixture f;
	thread *owner = f.add_owner(TDI_SLEEPING | TDI_LOAN);
	thread *borrower = f.add_thread(TDF_UNBOUND);
	owner->td_kse->ke_bound = owner;
	kse_fixture::attach(owner->td_kse, borrower);
	borrower->td_state = TDS_INHIBITED;
	borrower->td_inhibitors = TDI_LOCK;
	mtx some{"some", lock_rank::file};
	borrower->td_blocked = &some;

	EXPECT(found(f, "a borrower is unbound",
	    [](kse_fixture &x) { first_kse(x)->ke_thread->td_flags.preset(0); },
	    [](kse_fixture &x) { first_kse(x)->ke_thread->td_flags.preset(TDF_UNBOUND); }));
	borrower->td_blocked = nullptr;
	borrower->td_inhibitors = 0;
	borrower->td_state = TDS_CAN_RUN;
	owner->td_kse->ke_bound = nullptr;
}

SELFTEST(thread_check_5_a_running_thread_is_on_a_cpu)
{
	kse_fixture f;
	f.add_owner(0);

	EXPECT(found(f, "a running thread is curthread of one CPU",
	    [](kse_fixture &x) {
		    first_thread(x)->td_state = TDS_RUNNING;
		    first_kse(x)->ke_oncpu = 0;
	    },
	    [](kse_fixture &x) {
		    first_thread(x)->td_state = TDS_CAN_RUN;
		    first_kse(x)->ke_oncpu = NOCPU;
	    }));
}

SELFTEST(thread_check_6_an_unbound_thread_is_in_kse_mode)
{
	kse_fixture f;
	f.add_thread(TDF_UNBOUND);
	f.add_kse();

	EXPECT(found(f, "unbound threads are in KSE processes",
	    [](kse_fixture &x) { x.p.p_flag = 0; }, [](kse_fixture &x) { x.p.p_flag = P_KSES; }));
}

// A CPU that only the test has, and what it is said to run.
static constinit pcpu invented{};

static void check_invented(void *)
{
	mtx_guard g{sched_lock};
	thread_check_cpu(invented);
}

SELFTEST(thread_check_7_a_cpu_runs_nobody_who_has_ended)
{
	kse_fixture f;
	thread *const td = f.add_owner(0);

	invented.pc_curthread = td;
	EXPECT(selftest_panics(check_invented, nullptr, "a CPU runs a thread that lives"));
	td->td_state = TDS_RUNNING;
	EXPECT(selftest_panics(check_invented, nullptr, "a CPU's thread has a KSE"));
	td->td_kse->ke_oncpu = 0;
	check_invented(nullptr);
	invented.pc_deadthread = td;
	EXPECT(selftest_panics(check_invented, nullptr, "a thread that ended is buried"));
	invented = {};
	td->td_state = TDS_CAN_RUN;
	td->td_kse->ke_oncpu = NOCPU;
}

SELFTEST(thread_check_8_no_uts_takes_an_idle_kse_for_busy)
{
	kse_fixture f;
	f.add_idle_kse();

	EXPECT(found(f, "no UTS takes an idle KSE for busy for ever",
	    [](kse_fixture &x) { first_kse(x)->ke_flags.preset(KEF_CARRYING); },
	    [](kse_fixture &x) { first_kse(x)->ke_flags.preset(0); }));
}

SELFTEST(thread_check_9_no_kse_idles_while_a_thread_waits)
{
	kse_fixture f;
	thread *const waiting = f.add_thread(TDF_UNBOUND);
	f.add_kse();
	{	mtx_guard g{sched_lock};
		setrunqueue(waiting);
	}
	EXPECT(found(f, "no ready thread waits while a KSE is idle or loanable",
	    [](kse_fixture &x) {
		    first_kse(x)->ke_state = KES_IDLE;
		    x.kg->kg_iq.insert_head(*first_kse(x));
		    x.kg->kg_idle_kses++;
	    },
	    [](kse_fixture &x) {
		    first_kse(x)->ke_state = KES_UNQUEUED;
		    x.kg->kg_iq.remove(*first_kse(x));
		    x.kg->kg_idle_kses--;
	    }));
}
