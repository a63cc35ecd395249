// SPDX-License-Identifier: BSD-2-Clause
// Defects of the seed that lose locks, memory or time, each provoked.
// Written for Kestrel; docs/errata.md tells the stories.
#include "kse_fixture.hpp"
#include "sibling.hpp"
#include "worker.hpp"

#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <vm/vm_glue.hpp>

static void unlink_loanable(void *arg)
{
	mtx_guard g{sched_lock};
	kse_unlink(static_cast<kse *>(arg));
}

SELFTEST(unlinking_a_loanable_kse_panics)
{
	kse_fixture f;
	thread *owner = f.add_owner();
	{	mtx_guard g{sched_lock};
		kse_reassign(owner->td_kse);
		EXPECT_EQ(1, f.kg->kg_loan_kses);
	}
	EXPECT(selftest_panics(unlink_loanable, owner->td_kse, "unlinked while loanable"));
}

// refused_sleep: an interruptible sleep in a process that ends without curthread.
static Errno refused_sleep(mtx &m, int pri) NO_THREAD_SAFETY_ANALYSIS
{
	proc *p = curthread->td_proc;
	m.lock();
	p->p_flag |= P_KSES | P_WEXIT;
	p->p_singlethread = &thread0;
	Errno const error = msleep(&m, &m, PWAIT | PCATCH | pri, "refused", hz);
	p->p_singlethread = nullptr;
	p->p_flag &= ~(P_KSES | P_WEXIT);
	return error;
}

SELFTEST(a_refused_sleep_with_pdrop_releases_the_mutex) NO_THREAD_SAFETY_ANALYSIS
{
	mtx &m = curthread->td_proc->p_mtx;
	EXPECT(refused_sleep(m, PDROP) == EINTR);
	EXPECT(!m.owned());
	if (m.owned())
		m.unlock();
	EXPECT(refused_sleep(m, 0) == EINTR);
	EXPECT(m.owned());
	m.unlock();
}

// What a worker that has Giant sees of a thread that allocates.
struct giant_trial final {
	thread *allocator;
	bool    locked;
	bool    done;
	bool    waited;
};
static constinit giant_trial giant{};

static void hold_giant(void *)
{
	mtx_guard g{Giant};
	giant.locked = true;
	(void)yield_until([] {
		mtx_guard sg{sched_lock};
		giant.waited = giant.allocator->td_blocked == &Giant;
		return giant.waited || giant.done;
	});
}

SELFTEST(a_kernel_stack_is_allocated_and_freed_while_another_has_giant)
{
	giant = {curthread, false, false, false};
	{	worker holder{PUSER, hold_giant, nullptr};
		holder.go();
		EXPECT(sleep_until([] { return giant.locked; }));
		kstack_drain();
		auto const stack = kstack_alloc();
		EXPECT(bool{stack});
		if (stack)
			kstack_free(*stack);
		kstack_drain();
		giant.done = true;
	}
	EXPECT(!giant.waited);
}

constexpr uint64_t busy_time = 30'000'000;

static void be_busy(void *, trapframe *)
{
	uint64_t const end = nanouptime() + busy_time;
	while (nanouptime() < end)
		continue;
	sibling_end();
}

SELFTEST(what_a_thread_ran_before_its_end_is_charged_to_it)
{
	proc *p = curthread->td_proc;
	sibling_start(be_busy, nullptr);
	siblings_finish();
	mtx_guard g{sched_lock};
	EXPECT(p->p_runtime >= busy_time);
	EXPECT(curthread->td_runtime < busy_time);
}
