// SPDX-License-Identifier: BSD-2-Clause
// The scheduling policy: groups that used much CPU time lately run after those that did not.
// After FreeBSD 5.0 kern_synch.c and sched_4bsd.c: kg_estcpu, its decay, and time slices.
#include <kern/sched.hpp>

#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/runq.hpp>
#include <kern/sched_decay.hpp>
#include <kern/sched_seed.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>
#include <kern/turnstile.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>

namespace {

// The KSEs that wait for a CPU, best first. One queue for all CPUs, as in the era.
constinit runq system_runq GUARDED_BY(sched_lock){};
// How many those are.
constinit uint32_t queued GUARDED_BY(sched_lock){};

// Bit n: CPU n runs threads.
constinit atomic<uint32_t> cpus_in_use{~0u};

// kern.sched.quantum: microseconds after which a thread makes room for its equals; 0: never.
constinit int sched_quantum{100'000};
SYSCTL_INT(sched_quantum_oid, "kern.sched.quantum",
    "Time slice in microseconds, rounded up to ticks; 0 for none", sched_quantum,
    sysctl_access::rwtun, 0, 10'000'000);

// Runnable KSEs over the last seconds; for the decay.
constinit sched_load_average load GUARDED_BY(sched_lock){};

bool in_use(uint32_t cpu)
{
	return (cpus_in_use.load(order::relaxed) & 1u << cpu) != 0;
}

uint32_t slice_ticks()
{
	uint64_t const per_second = 1'000'000;
	return static_cast<uint32_t>((static_cast<uint64_t>(sched_quantum)
	    * static_cast<uint64_t>(hz) + per_second - 1) / per_second);
}

// reset_priority: the group's user priority from its recent use, and its threads' with it, where
// they have no better one for work in the kernel.
void reset_priority(ksegrp *kg) REQUIRES(sched_lock)
{
	kg->kg_user_pri = sched_user_priority(kg->kg_estcpu, kg->kg_nice);
	for (thread &td : kg->kg_threads)
		if (TD_ON_RUNQ(&td) && td.td_priority >= PUSER
		    && td.td_priority != kg->kg_user_pri)
			sched_prio(&td, kg->kg_user_pri);
}

// decay_group: once a second. A group all of whose threads sleep keeps its kg_estcpu until it
// wakes: sched_wakeup makes up for the seconds then.
void decay_group(ksegrp *kg, uint32_t load_now) REQUIRES(sched_lock)
{
	bool active = false;

	for (thread &td : kg->kg_threads)
		active = active || TD_IS_RUNNING(&td) || TD_ON_RUNQ(&td);
	if (!active) {
		kg->kg_slptime++;
		if (kg->kg_slptime > 1)
			return;
	} else {
		kg->kg_slptime = 0;
	}
	kg->kg_estcpu = sched_decay(kg->kg_estcpu, load_now);
	reset_priority(kg);
}

uint32_t count_runnable() REQUIRES(sched_lock)
{
	uint32_t count = queued;

	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		thread const *const td = pcpu_find(cpu)->pc_curthread;
		count += td != nullptr && (td->td_flags & TDF_IDLETD) == 0;
	}
	return count;
}

// decay_all: one pass over all groups. sched_lock is dropped between processes: interrupts get in.
void decay_all()
{
	mtx_guard g{proctree_lock};
	uint32_t load_now;

	{	mtx_guard sg{sched_lock};
		// The caller itself runs, and does not count.
		load.sample(count_runnable() - 1);
		load_now = load.value();
	}
	for (proc &p : allproc) {
		mtx_guard sg{sched_lock};
		for (ksegrp &kg : p.p_ksegrps)
			if (kg.kg_user_pri <= PRI_MAX_TIMESHARE)
				decay_group(&kg, load_now);
	}
}

// schedcpu: the kernel process of the decay. A process and not a timeout, since the list of all
// processes may only be walked where one can wait for its lock.
[[noreturn]] void schedcpu(void *)
{
	static constinit char channel{};

	for (;;) {
		(void)tsleep(&channel, PVM, "schedcp", hz);
		decay_all();
	}
}

void sched_setup(void *)
{
	(void)kproc_create("schedcpu", PVM, schedcpu, nullptr);
}

SYSINIT(sched_4bsd, SI_SUB_KTHREAD, SI_ORDER_FIRST, sched_setup, nullptr);

}

void sched_add(kse *ke)
{
	thread *const td = ke->ke_thread;

	sched_lock.assert_owned();
	KASSERT(td != nullptr && td->td_kse == ke, "sched_add of kse %p without its thread", ke);
	KASSERT(ke->ke_state != KES_ONRUNQ, "sched_add of kse %p twice", ke);
	KTR(KTR_SCHED, "queue",
	    "KSE {ke} of thread {td} waits for a CPU at priority {pri}, bound {bound}", ke->ke_id,
	    td->td_tid, td->td_priority, TD_IS_BOUND(td));
	ke->ke_ksegrp->kg_runq_kses++;
	ke->ke_state = KES_ONRUNQ;
	system_runq.add(ke);
	queued++;
	// A CPU that is about to switch takes the best KSE itself, and looks after the rest then.
	if (mp_ncpus > 1 && TD_IS_RUNNING(curthread))
		idle_kick(cpus_in_use.load(order::relaxed));
}

static void leave_queue(kse *ke) REQUIRES(sched_lock)
{
	KASSERT(ke->ke_state == KES_ONRUNQ, "sched_rem of kse %p in state %#x", ke, ke->ke_state);
	system_runq.remove(ke);
	queued--;
	ke->ke_state = KES_THREAD;
	ke->ke_ksegrp->kg_runq_kses--;
}

bool sched_is_queued(kse const *ke)
{
	return system_runq.contains(*ke);
}

void sched_rem(kse *ke)
{
	sched_lock.assert_owned();
	KTR(KTR_SCHED, "unqueue", "KSE {ke} waits for a CPU no longer", ke->ke_id);
	leave_queue(ke);
}

// best_kse: the first KSE of the best queue; under kern.sched.seed, the second as well.
static kse *best_kse() REQUIRES(sched_lock)
{
	kse *const first = system_runq.choose();

	if (first == nullptr || !sched_dice() || sched_throw(2) == 0)
		return first;
	kse *const second = system_runq.next(first);
	return second != nullptr && second->ke_rqindex == first->ke_rqindex ? second : first;
}

kse *sched_choose()
{
	sched_lock.assert_owned();
	kse *const ke = in_use(curcpu()) ? best_kse() : nullptr;
	if (ke != nullptr)
		leave_queue(ke);
	if (queued != 0 && mp_ncpus > 1)
		idle_kick(cpus_in_use.load(order::relaxed));
	return ke;
}

kse *sched_queued(kse const *ke)
{
	return ke == nullptr ? system_runq.choose() : system_runq.next(const_cast<kse *>(ke));
}

// A word of the bitmap read at any time is the truth of that moment, which is all that is promised.
NO_THREAD_SAFETY_ANALYSIS
bool sched_runnable()
{
	return system_runq.check() && in_use(curcpu());
}

void sched_prio(thread *td, uint8_t pri)
{
	sched_lock.assert_owned();
	td->td_base_pri = pri;
	pri = turnstile_lent(td, pri);
	if (TD_ON_RUNQ(td)) {
		adjustrunqueue(td, pri);
		return;
	}
	td->td_priority = pri;
	KTR(KTR_SCHED, "prio", "thread {td} has priority {pri}", td->td_tid, pri);
	if (TD_ON_LOCK(td))
		turnstile_adjust(td);
}

void sched_sleep(thread *td, uint8_t pri)
{
	sched_lock.assert_owned();
	td->td_ksegrp->kg_slptime = 0;
	if (td->td_priority != pri)
		KTR(KTR_SCHED, "prio", "thread {td} sleeps at priority {pri}", td->td_tid, pri);
	td->td_priority = pri;
	td->td_base_pri = pri;
}

void sched_wakeup(thread *td)
{
	ksegrp *const kg = td->td_ksegrp;

	sched_lock.assert_owned();
	if (kg->kg_slptime > 1) {
		for (; kg->kg_slptime > 1 && kg->kg_estcpu != 0; kg->kg_slptime--)
			kg->kg_estcpu = sched_decay(kg->kg_estcpu, load.value());
		reset_priority(kg);
	}
	kg->kg_slptime = 0;
	setrunqueue(td);
	maybe_resched(td);
}

void sched_fork(ksegrp *parent, ksegrp *child)
{
	sched_lock.assert_owned();
	// A child starts with its parent's past, or forking would be a way to look innocent.
	child->kg_estcpu = parent->kg_estcpu;
}

void sched_exit(ksegrp *parent, ksegrp *child)
{
	sched_lock.assert_owned();
	// And the parent answers for what its children used.
	parent->kg_estcpu = sched_estcpu_limit(parent->kg_estcpu + child->kg_estcpu);
}

void sched_clock(thread *td)
{
	ksegrp *const kg = td->td_ksegrp;
	kse *const ke = td->td_kse;

	sched_lock.assert_owned();
	if ((td->td_flags & TDF_IDLETD) != 0)
		return;
	kg->kg_estcpu = sched_estcpu_limit(kg->kg_estcpu + 1);
	if (kg->kg_estcpu % estcpu_per_priority == 0)
		reset_priority(kg);
	if (ke->ke_slice == 0)
		ke->ke_slice = slice_ticks();
	if (ke->ke_slice != 0 && --ke->ke_slice == 0)
		ke->ke_flags |= KEF_NEEDRESCHED;
}

void sched_userret(thread *td)
{
	ksegrp const *const kg = td->td_ksegrp;

	if (sched_at_user_prio(td))
		return;
	mtx_guard g{sched_lock};
	td->td_priority = kg->kg_user_pri;
	td->td_base_pri = kg->kg_user_pri;
	KTR(KTR_SCHED, "prio", "thread {td} has user priority {pri} again", td->td_tid,
	    td->td_priority);
}

// maybe_resched: td was just queued. Idle CPUs come for what is queued by themselves. Of the others
// the one whose thread is worst gives way, this one before others, since it needs no interrupt; one
// that was asked already will take another KSE.
void maybe_resched(thread *td)
{
	uint32_t idle = 0;
	thread *worst = nullptr;

	sched_lock.assert_owned();
	auto const look = [&](thread *running) {
		if ((running->td_flags & TDF_IDLETD) != 0) {
			idle++;
			return;
		}
		KASSERT(running->td_kse != nullptr, "maybe_resched: thread %p runs without a KSE",
		    running);
		if ((running->td_kse->ke_flags & KEF_NEEDRESCHED) == 0 &&
		    (worst == nullptr || running->td_priority > worst->td_priority))
			worst = running;
	};
	look(curthread);
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		if (cpu != curcpu() && in_use(cpu))
			look(pcpu_find(cpu)->pc_curthread);
	if (queued <= idle || worst == nullptr || td->td_priority >= worst->td_priority)
		return;
	worst->td_kse->ke_flags |= KEF_NEEDRESCHED;
	cpu_ast_notify(worst->td_kse);
}

void sched_relinquish(thread *td)
{
	mtx_guard g{sched_lock};

	KASSERT(td == curthread, "sched_relinquish of thread %p by another", td);
	mi_switch();
}

// evict: what runs on CPU `cpu` shall switch. Whether nothing does but its idle thread.
static bool evict(uint32_t cpu) REQUIRES(sched_lock)
{
	thread *const td = pcpu_find(cpu)->pc_curthread;

	if ((td->td_flags & TDF_IDLETD) != 0)
		return true;
	td->td_kse->ke_flags |= KEF_NEEDRESCHED;
	cpu_ast_notify(td->td_kse);
	return false;
}

void sched_confine(uint32_t cpus)
{
	uint32_t const all = (1u << mp_ncpus) - 1;

	if ((cpus & all) == 0)
		cpus = 1;
	cpus_in_use.store(cpus, order::relaxed);
	for (bool done = false; !done;) {
		sched_relinquish(curthread);
		mtx_guard g{sched_lock};
		done = true;
		for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
			if ((cpus & 1u << cpu) == 0)
				done = evict(cpu) && done;
		// What waited while fewer CPUs were in use.
		for (uint32_t n = queued; n != 0 && mp_ncpus > 1; n--)
			idle_kick(cpus);
	}
}

// kern.sched.cpus: the CPUs in use, as bits.
static Errno sysctl_cpus(sysctl_oid const &, sysctl_req &req)
{
	uint32_t cpus = cpus_in_use.load(order::relaxed) & ((1u << mp_ncpus) - 1);

	TRY(sysctl_out(req, &cpus, sizeof(cpus)));
	if (req.newp == uaddr{})
		return OK;
	if (req.newlen != sizeof(cpus))
		return EINVAL;
	TRY(sysctl_in(req, &cpus, sizeof(cpus)));
	sched_confine(cpus);
	return OK;
}
SYSCTL_PROC(sched_cpus, "kern.sched.cpus", "CPUs that run threads, as bits", sysctl_type::integer,
    sysctl_access::rw, sysctl_cpus);
