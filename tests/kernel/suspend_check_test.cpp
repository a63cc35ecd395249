// SPDX-License-Identifier: BSD-2-Clause
// The table above thread_suspend_check in the seed, a test for each cell: what is asked of the
// process, who makes the call, what may be done with it, and what becomes of it.
// Written for Kestrel.
#include "sibling.hpp"

#include <kern/selftest.hpp>

//   asked                 caller                may_stop                return_instead
//   nothing               anybody               OK                      OK
//   STOPPED_SINGLE        the single-threader   OK                      OK
//                         another               stops, then OK          EBUSY
//   STOPPED_SINGLE,       the single-threader   OK                      OK
//   SINGLE_EXIT           another               ends                    EBUSY
//   STOPPED_SIG           anybody               stops, then OK          EBUSY
//   STOPPED_TRACE         anybody               stops, then OK          EBUSY
//   STOPPED_SIG,          the single-threader   stops, then OK          EBUSY
//   STOPPED_SINGLE        another               stops, then OK          EBUSY
//   all three             the single-threader   stops, then OK          EBUSY
//                         another               ends                    EBUSY
//
// Whoever stops looks again when he is let go, and stops again while there is any reason left.

namespace {

enum class caller : uint8_t { single_threader, another };
enum class fate : uint8_t { ok, busy, stops, ends };

struct cell final {
	uint32_t     asked;     // P_STOPPED_*, P_SINGLE_EXIT
	caller       who;
	suspend_mode mode;
	fate         expected;
};

constexpr uint32_t single_exit = P_STOPPED_SINGLE | P_SINGLE_EXIT;
constexpr suspend_mode may_stop = suspend_mode::may_stop;
constexpr suspend_mode return_instead = suspend_mode::return_instead;

// The call of the thread under test, and its answer.
constinit suspend_mode asked_mode{};
constinit bool go{};
constinit bool answered{};
constinit Errno answer{OK};

// caller_main: waits until told, makes the call, and ends.
void caller_main(void *, trapframe *)
{
	proc *p = curthread->td_proc;
	{	mtx_guard g{p->p_mtx};
		while (!go)
			(void)msleep(&go, &p->p_mtx, PWAIT, "suscall", 0);
		answer = thread_suspend_check(asked_mode);
		answered = true;
	}
	sibling_end();
}

bool is_suspended(thread const *td)
{
	mtx_guard g{sched_lock};
	return TD_IS_SUSPENDED(td);
}

bool is_alone()
{
	mtx_guard g{sched_lock};
	return curthread->td_proc->p_numthreads == 1;
}

// ask: from here on the process shall do what these flags say, for the sake of that thread.
void ask(uint32_t flags, thread *single)
{
	proc *p = curthread->td_proc;
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	p->p_flag |= flags;
	p->p_singlethread = (flags & P_STOPPED_SINGLE) != 0 ? single : nullptr;
}

// ask_no_more: the same, taken back; who has stopped for it may go on.
void ask_no_more(uint32_t flags)
{
	proc *p = curthread->td_proc;
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	p->p_flag &= ~flags;
	if (P_SHOULDSTOP(p) == 0)
		p->p_singlethread = nullptr;
	thread_unsuspend(p);
}

void call(suspend_mode mode)
{
	mtx_guard g{curthread->td_proc->p_mtx};
	asked_mode = mode;
	answered = false;
	answer = EINVAL;
	go = true;
	wakeup(&go);
}

// expect_stop: td has stopped without an answer, counted, and stops again when it is let go while
// a reason is left.
void expect_stop(thread *td)
{
	for (int round = 0; round < 2; round++) {
		sibling_wait([td] { return is_suspended(td); });
		EXPECT(!answered);
		mtx_guard pg{td->td_proc->p_mtx};
		mtx_guard sg{sched_lock};
		EXPECT_EQ(TDI_SUSPENDED, td->td_inhibitors);
		EXPECT_EQ(1, td->td_proc->p_suspcount);
		if (round == 0)
			thread_unsuspend_one(td);
	}
}

// expect_suspcount_0: nobody is counted as suspended any more.
void expect_suspcount_0()
{
	mtx_guard g{sched_lock};
	EXPECT_EQ(0, curthread->td_proc->p_suspcount);
}

void check(cell const &c)
{
	go = false;
	thread *td = sibling_start(caller_main, nullptr);
	ask(c.asked, c.who == caller::single_threader ? td : curthread);
	call(c.mode);
	switch (c.expected) {
	case fate::ok:
	case fate::busy:
		sibling_wait([] { return answered; });
		EXPECT_EQ(static_cast<int>(c.expected == fate::ok ? OK : EBUSY),
		    static_cast<int>(answer));
		break;
	case fate::stops:
		expect_stop(td);
		// One reason after the other: only the last one lets it go.
		for (uint32_t reason = 1; reason != 0; reason <<= 1) {
			if ((c.asked & P_STOPPED & reason) == 0)
				continue;
			EXPECT(is_suspended(td));
			ask_no_more(reason);
		}
		sibling_wait([] { return answered; });
		EXPECT_EQ(static_cast<int>(OK), static_cast<int>(answer));
		break;
	case fate::ends:
		sibling_wait(is_alone);
		EXPECT(!answered);
		EXPECT_EQ(1, curthread->td_ksegrp->kg_kses);
		break;
	}
	ask_no_more(c.asked);
	siblings_finish();
	expect_suspcount_0();
}

}

// ---- Nothing is asked ---------------------------------------------------------------------------

SELFTEST(suspend_check_without_a_reason_is_ok)
{
	check({0, caller::another, may_stop, fate::ok});
}

SELFTEST(suspend_check_without_a_reason_is_ok_for_who_may_not_stop)
{
	check({0, caller::another, return_instead, fate::ok});
}

// ---- Single-threading, P_SINGLE_EXIT 0 ----------------------------------------------------------

SELFTEST(suspend_check_exempts_the_single_threader)
{
	check({P_STOPPED_SINGLE, caller::single_threader, may_stop, fate::ok});
}

SELFTEST(suspend_check_exempts_the_single_threader_who_may_not_stop)
{
	check({P_STOPPED_SINGLE, caller::single_threader, return_instead, fate::ok});
}

SELFTEST(suspend_check_stops_another_until_single_threading_is_over)
{
	check({P_STOPPED_SINGLE, caller::another, may_stop, fate::stops});
}

SELFTEST(suspend_check_sends_another_back_from_single_threading)
{
	check({P_STOPPED_SINGLE, caller::another, return_instead, fate::busy});
}

// ---- Single-threading, P_SINGLE_EXIT 1 ----------------------------------------------------------

SELFTEST(suspend_check_exempts_the_single_threader_for_exit)
{
	check({single_exit, caller::single_threader, may_stop, fate::ok});
}

SELFTEST(suspend_check_exempts_the_single_threader_for_exit_who_may_not_stop)
{
	check({single_exit, caller::single_threader, return_instead, fate::ok});
}

SELFTEST(suspend_check_ends_another_when_the_process_exits)
{
	check({single_exit, caller::another, may_stop, fate::ends});
}

SELFTEST(suspend_check_sends_another_back_when_the_process_exits)
{
	check({single_exit, caller::another, return_instead, fate::busy});
}

// ---- Stops without single-threading -------------------------------------------------------------

SELFTEST(suspend_check_stops_for_a_signal)
{
	check({P_STOPPED_SIG, caller::another, may_stop, fate::stops});
}

SELFTEST(suspend_check_sends_back_who_may_not_stop_for_a_signal)
{
	check({P_STOPPED_SIG, caller::another, return_instead, fate::busy});
}

SELFTEST(suspend_check_stops_for_a_debugger)
{
	check({P_STOPPED_TRACE, caller::another, may_stop, fate::stops});
}

SELFTEST(suspend_check_sends_back_who_may_not_stop_for_a_debugger)
{
	check({P_STOPPED_TRACE, caller::another, return_instead, fate::busy});
}

SELFTEST(suspend_check_stops_for_a_signal_and_a_debugger_until_both_are_over)
{
	check({P_STOPPED_SIG | P_STOPPED_TRACE, caller::another, may_stop, fate::stops});
}

// ---- A full stop on top of single-threading: nobody is exempt -----------------------------------

SELFTEST(suspend_check_stops_the_single_threader_for_a_signal)
{
	check({P_STOPPED_SINGLE | P_STOPPED_SIG, caller::single_threader, may_stop,
	    fate::stops});
}

SELFTEST(suspend_check_sends_the_single_threader_back_for_a_signal)
{
	check({P_STOPPED_SINGLE | P_STOPPED_SIG, caller::single_threader, return_instead,
	    fate::busy});
}

SELFTEST(suspend_check_stops_another_until_signal_and_single_threading_are_over)
{
	check({P_STOPPED_SINGLE | P_STOPPED_SIG, caller::another, may_stop, fate::stops});
}

SELFTEST(suspend_check_sends_another_back_for_a_signal_in_single_threading)
{
	check({P_STOPPED_SINGLE | P_STOPPED_SIG, caller::another, return_instead, fate::busy});
}

SELFTEST(suspend_check_stops_and_does_not_end_the_single_threader_for_exit)
{
	check({single_exit | P_STOPPED_SIG, caller::single_threader, may_stop, fate::stops});
}

SELFTEST(suspend_check_sends_the_single_threader_for_exit_back_for_a_signal)
{
	check({single_exit | P_STOPPED_SIG, caller::single_threader, return_instead,
	    fate::busy});
}

SELFTEST(suspend_check_ends_another_although_the_process_is_stopped)
{
	check({single_exit | P_STOPPED_SIG, caller::another, may_stop, fate::ends});
}

SELFTEST(suspend_check_sends_another_back_when_a_stopped_process_exits)
{
	check({single_exit | P_STOPPED_SIG, caller::another, return_instead, fate::busy});
}

// ---- What a thread that ends takes along --------------------------------------------------------
// The cells above end a thread with its KSE, one of several. Lent, or the last one of a group that
// has more threads, it stays.

SELFTEST(a_borrower_that_suspend_check_ends_gives_the_kse_back)
{
	go = false;
	sibling_start_unbound(caller_main, nullptr);
	ask(single_exit, curthread);
	call(may_stop);
	// On this thread's KSE: without it back nobody would be here to look.
	sibling_wait(is_alone);
	EXPECT(!answered);
	EXPECT_EQ(1, curthread->td_ksegrp->kg_kses);
	ask_no_more(single_exit);
	siblings_finish();
}

SELFTEST(a_group_keeps_its_last_kse_until_suspend_check_has_ended_all_its_threads)
{
	proc *p = curthread->td_proc;
	ksegrp *kg = ksegrp_alloc();
	kse *ke = kse_alloc();
	thread *threads[] = {thread_alloc(), thread_alloc(), thread_alloc()};
	go = false;
	for (thread *td : threads)
		cpu_set_kthread(td, caller_main, nullptr);
	{	mtx_guard pg{p->p_mtx};
		mtx_guard sg{sched_lock};
		static_cast<ksegrp_copied &>(*kg) = *curthread->td_ksegrp;
		ksegrp_link(kg, p);
		kse_link(ke, kg);
		ke->ke_thread = nullptr;
		kse_reassign(ke);
		for (thread *td : threads) {
			sibling_link(td, nullptr, kg);
			setrunqueue(td);
		}
	}
	ask(single_exit, curthread);
	call(may_stop);
	sibling_wait(is_alone);
	EXPECT(!answered);
	EXPECT_EQ(1, p->p_numksegrps);
	ask_no_more(single_exit);
	siblings_finish();
}
