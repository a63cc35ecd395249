// SPDX-License-Identifier: BSD-2-Clause
// A KSE process that exists only for a test: real structures from the real zones, no user memory.
// Written for Kestrel.
#pragma once

#include <kern/kern_proc.hpp>
#include <kern/sched.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>

// kse_fixture: one process with one group. KSEs and threads are added before sched_lock is taken,
// and given back by the destructor, which wants them off the run queue. Nothing of it ever runs: a
// test that queues its threads takes them off again before it lets go of sched_lock.
class kse_fixture final {
public:
	static constexpr int most = 8;

	kse_fixture()
	{
		kg = ksegrp_alloc();
		p.p_flag = P_KSES;
		p.p_state = PRS_NORMAL;
		p.p_pid = -1;
		ksegrp_link(kg, &p);
	}

	~kse_fixture()
	{
		for (int i = 0; i < threads_; i++)
			drop_thread(thread_[i]);
		for (int i = 0; i < kses_; i++)
			drop_kse(kse_[i]);
		p.p_ksegrps.remove(*kg);
		ksegrp_free(kg);
		thread_reap();
	}
	kse_fixture(kse_fixture const &) = delete;
	kse_fixture &operator=(kse_fixture const &) = delete;

	// add_kse: linked, UNQUEUED, with a mailbox address that is never looked at.
	kse *add_kse()
	{
		kse *ke = kse_[kses_++] = kse_alloc();
		kse_link(ke, kg);
		ke->ke_mailbox = uaddr{0x1000u + static_cast<uint32_t>(kses_) * 64};
		return ke;
	}

	// add_idle_kse: on kg_iq.
	kse *add_idle_kse()
	{
		kse *ke = add_kse();
		ke->ke_state = KES_IDLE;
		kg->kg_iq.insert_head(*ke);
		kg->kg_idle_kses++;
		return ke;
	}

	// add_thread: linked and CAN_RUN, without KSE; flags 0 (bound) or TDF_UNBOUND.
	thread *add_thread(int flags, uint8_t pri = PUSER)
	{
		thread *td = thread_[threads_++] = thread_alloc();
		thread_link(td, kg);
		td->td_flags.preset(flags);
		td->td_state = TDS_CAN_RUN;
		td->td_priority = td->td_base_pri = pri;
		td->td_ucred = nullptr;
		return td;
	}

	// add_owner: a bound thread attached to a new KSE, asleep as far as its state tells.
	thread *add_owner(int inhibitor = TDI_SLEEPING)
	{
		thread *td = add_thread(0);
		attach(add_kse(), td);
		if (inhibitor != 0) {
			td->td_state = TDS_INHIBITED;
			td->td_inhibitors = inhibitor;
		}
		return td;
	}

	static void attach(kse *ke, thread *td)
	{
		ke->ke_thread = td;
		ke->ke_state = KES_THREAD;
		td->td_kse = ke;
	}

	// forget: the test has given this thread or KSE away itself.
	void forget(thread *td)
	{
		for (int i = 0; i < threads_; i++)
			if (thread_[i] == td)
				thread_[i] = nullptr;
	}
	void forget(kse *ke)
	{
		for (int i = 0; i < kses_; i++)
			if (kse_[i] == ke)
				kse_[i] = nullptr;
	}
	// adopt: the code under test has linked this thread; the destructor frees it.
	void adopt_thread(thread *td) { thread_[threads_++] = td; }

	ksegrp *kg{};
	proc p{};

private:
	void drop_thread(thread *td)
	{
		if (td == nullptr)
			return;
		thread *standin;
		{	mtx_guard g{sched_lock};
			if (TD_ON_RUNQ(td))
				remrunqueue(td);
			if (TD_IS_SUSPENDED(td))
				p.p_suspended.remove(*td);
			if (td->td_kse != nullptr && td->td_kse->ke_thread == td)
				td->td_kse->ke_thread = nullptr;
			p.p_threads.remove(*td);
			p.p_numthreads--;
			kg->kg_threads.remove(*td);
			kg->kg_numthreads--;
			td->td_state = TDS_INACTIVE;
			td->td_inhibitors = 0;
			standin = td->td_standin;
			td->td_standin = nullptr;
		}
		if (standin != nullptr)
			thread_free(standin);
		thread_free(td);
	}

	void drop_kse(kse *ke)
	{
		if (ke == nullptr)
			return;
		if (ke->ke_state == KES_IDLE) {
			kg->kg_iq.remove(*ke);
			kg->kg_idle_kses--;
		}
		if ((ke->ke_flags & KEF_ONLOANQ) != 0) {
			kg->kg_lq.remove(*ke);
			kg->kg_loan_kses--;
		}
		kg->kg_kseq.remove(*ke);
		kg->kg_kses--;
		kse_free(ke);
	}

	kse    *kse_[most]{};
	thread *thread_[most]{};
	int     kses_{};
	int     threads_{};
};
