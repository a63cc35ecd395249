// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the switch: its preconditions, a thread's first steps, and the accounts.
// Written for Kestrel.
#include <kern/md.hpp>

#include <machine/cpufunc.hpp>
#include <tests/kernel/worker.hpp>

// The analysis would refuse the recursion.
static void switch_in_recursion(void *) NO_THREAD_SAFETY_ANALYSIS
{
	sched_lock.lock();
	sched_lock.lock();
	mi_switch();
}

static void switch_in_critical_section(void *)
{
	critical_enter();
	mtx_guard g{sched_lock};
	mi_switch();
}

static void switch_without_lock(void *) NO_THREAD_SAFETY_ANALYSIS
{
	mi_switch();
}

SELFTEST(mi_switch_panics_unless_sched_lock_is_held_exactly_once)
{
	EXPECT(selftest_panics(switch_in_recursion, nullptr, "sched_lock held 2 times"));
	EXPECT(selftest_panics(switch_in_critical_section, nullptr, "2 critical sections"));
	EXPECT(selftest_panics(switch_without_lock, nullptr, "sched lock not owned"));
	EXPECT(!sched_lock.owned());
}

// What a new thread finds.
struct birth final {
	bool     interrupts;
	bool     sched_lock_owned;
	uint32_t critnest;
	bool     on_this_cpu;
};

static void look_around(void *arg)
{
	birth &b = *static_cast<birth *>(arg);
	b.interrupts = intr_enabled();
	b.sched_lock_owned = sched_lock.owned();
	b.critnest = curthread->td_critnest;
	b.on_this_cpu = curthread->td_kse->ke_oncpu == curcpu();
}

SELFTEST(new_thread_begins_with_interrupts_on_and_no_lock)
{
	birth b{false, true, 99, false};
	kthread_join(kthread_run("birth", look_around, &b));
	EXPECT(b.interrupts);
	EXPECT(!b.sched_lock_owned);
	EXPECT_EQ(0, b.critnest);
	EXPECT(b.on_this_cpu);
}

static uint64_t runtime()
{
	mtx_guard g{sched_lock};
	return curthread->td_runtime;
}

SELFTEST(running_is_charged_and_sleeping_is_not)
{
	uint64_t const tick = 1'000'000'000 / static_cast<uint64_t>(hz);
	EXPECT(tsleep(&tick, 0, "test", 10) == EWOULDBLOCK);
	uint64_t const before = runtime();
	uint64_t const until = nanouptime() + 3 * tick;
	while (nanouptime() < until)
		cpu_spinwait();
	EXPECT(tsleep(&tick, 0, "test", 10) == EWOULDBLOCK);
	uint64_t const used = runtime() - before;
	EXPECT(used >= 2 * tick);
	EXPECT(used < 8 * tick);
}

SELFTEST(idle_thread_is_never_on_a_run_queue)
{
	one_cpu here;
	thread *idle = get_pcpu()->pc_idlethread;
	EXPECT(tsleep(&idle, 0, "test", 2) == EWOULDBLOCK);
	mtx_guard g{sched_lock};
	EXPECT((idle->td_flags & TDF_IDLETD) != 0);
	EXPECT(TD_CAN_RUN(idle));
	EXPECT(idle->td_kse->ke_state == KES_THREAD);
}
