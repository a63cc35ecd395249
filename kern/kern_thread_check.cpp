// SPDX-License-Identifier: BSD-2-Clause
// The checker: walks all structures of a process and panics on the first broken invariant.
// Written for Kestrel; the invariants are those of the threading subsystem's contract.
#include <kern/thread.hpp>

#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/sched.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>

// broken: the report. What the reader needs is the object, for a debugger, and the sentence.
[[noreturn]] static void broken(char const *sentence, void const *object, int found, int expected)
{
	panic("invariant: %s (%p: %d, should be %d)", sentence, object, found, expected);
}

static void require(bool holds, char const *sentence, void const *object)
{
	if (!holds)
		broken(sentence, object, 0, 1);
}

static void require_count(int found, int expected, char const *sentence, void const *object)
{
	if (found != expected)
		broken(sentence, object, found, expected);
}

// has_user_threads: one of the group's user threads is in the kernel.
static bool has_user_threads(ksegrp const *kg) REQUIRES(sched_lock)
{
	for (thread const &td : kg->kg_threads)
		if (!TD_IS_BOUND(&td))
			return true;
	return false;
}

// Invariants 2 and 4: where a KSE is, and who has it lent.
static void check_kse(ksegrp *kg, kse *ke) REQUIRES(sched_lock)
{
	thread *td = ke->ke_thread;
	thread *owner = ke->ke_bound;

	require(ke->ke_ksegrp == kg && ke->ke_proc == kg->kg_proc, "a KSE knows its group", ke);
	require((ke->ke_state == KES_IDLE) == kg->kg_iq.contains(*ke),
	    "idle KSEs are on kg_iq", ke);
	require(((ke->ke_flags & KEF_ONLOANQ) != 0) == kg->kg_lq.contains(*ke),
	    "loanable KSEs are on kg_lq", ke);
	if (ke->ke_state == KES_IDLE)
		require(td == nullptr && owner == nullptr, "an idle KSE has no thread", ke);
	// Those user threads see to it in end_or_upcall().
	if (ke->ke_state == KES_IDLE && (ke->ke_flags & KEF_CARRYING) != 0 &&
	    (ke->ke_proc->p_flag & P_SINGLE_EXIT) == 0)
		require(has_user_threads(kg), "no UTS takes an idle KSE for busy for ever", ke);
	if ((ke->ke_flags & KEF_ONLOANQ) != 0)
		require(td != nullptr && TD_IS_BOUND(td) && TD_IS_INHIBITED(td) &&
			!TD_ON_LOAN(td) && owner == nullptr,
		    "a loanable KSE's owner is bound and asleep", ke);
	require((ke->ke_state == KES_ONRUNQ) == sched_is_queued(ke),
	    "queued KSEs are on the system run queue", ke);
	if (ke->ke_state == KES_ONRUNQ)
		require(td != nullptr && TD_ON_RUNQ(td), "a queued KSE has a ready thread", ke);
	require((ke->ke_oncpu != NOCPU) == (td != nullptr && TD_IS_RUNNING(td)),
	    "a KSE is on a CPU while its thread runs", ke);
	if (td != nullptr)
		require(td->td_kse == ke, "a KSE's thread has that KSE", ke);
	if (owner != nullptr) {
		require(TD_IS_BOUND(owner) && TD_ON_LOAN(owner) && owner->td_kse == ke,
		    "a lender is bound, TDI_LOAN, and still names its KSE", ke);
		require(td != owner, "a lent KSE does not run its owner", ke);
		require(td == nullptr || !TD_IS_BOUND(td), "a borrower is unbound", ke);
	}
	if (thread *spare = ke->ke_tdspare)
		require(spare->td_state == TDS_INACTIVE && spare->td_proc == nullptr,
		    "a spare is inactive and nobody's", spare);
}

// Invariants 5 and 6, and that states and queues agree.
static void check_thread(ksegrp *kg, thread *td) REQUIRES(sched_lock)
{
	kse *ke = td->td_kse;

	require(td->td_ksegrp == kg && td->td_proc == kg->kg_proc, "a thread knows its group", td);
	require(TD_IS_INHIBITED(td) == (td->td_inhibitors != 0), "inhibitors make INHIBITED", td);
	require(TD_IS_SUSPENDED(td) == kg->kg_proc->p_suspended.contains(*td),
	    "suspended threads are on p_suspended", td);
	require(TD_ON_LOCK(td) == (td->td_blocked != nullptr), "TDI_LOCK means td_blocked", td);
	if (TD_IS_RUNNING(td)) {
		require(ke != nullptr && ke->ke_thread == td, "a running thread has its KSE", td);
		int cpus = 0;
		for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
			cpus += pcpu_find(cpu)->pc_curthread == td ? 1 : 0;
		require_count(cpus, 1, "a running thread is curthread of one CPU", td);
	}
	if (TD_IS_BOUND(td)) {
		require(ke != nullptr, "a bound thread has its KSE", td);
		require(TD_ON_LOAN(td) == (ke->ke_bound == td), "TDI_LOAN means lender", td);
	} else {
		require((td->td_proc->p_flag & P_KSES) != 0, "unbound threads are in KSE processes",
		    td);
		require(!TD_ON_LOAN(td), "an unbound thread lends nothing", td);
		require(TD_ON_RUNQ(td) == kg->kg_runq.contains(*td), "ready means on kg_runq", td);
	}
	if (thread *standin = td->td_standin)
		require(standin->td_state == TDS_INACTIVE && standin->td_proc == nullptr,
		    "a standin is inactive and nobody's", standin);
}

// Invariant 3: kg_runq is sorted, and exactly its prefix up to kg_last_assigned has KSEs.
static void check_runq(ksegrp *kg) REQUIRES(sched_lock)
{
	bool assigned = kg->kg_last_assigned != nullptr;
	uint8_t last = 0;
	int unassigned = 0;
	for (thread &td : kg->kg_runq) {
		require(td.td_priority >= last, "kg_runq is sorted by priority", &td);
		last = td.td_priority;
		require((td.td_kse != nullptr) == assigned, "the assigned threads are a prefix",
		    &td);
		unassigned += assigned ? 0 : 1;
		if (&td == kg->kg_last_assigned)
			assigned = false;
	}
	require(!assigned, "kg_last_assigned is on kg_runq", kg);
	// Invariant 9.
	require(unassigned == 0 || (kg->kg_iq.empty() && kg->kg_lq.empty()),
	    "no ready thread waits while a KSE is idle or loanable", kg);
}

static void check_group(ksegrp *kg) REQUIRES(sched_lock)
{
	require_count(kg->kg_threads.count(), kg->kg_numthreads, "length of kg_threads", kg);
	require_count(kg->kg_kseq.count(), kg->kg_kses, "length of kg_kseq", kg);
	require_count(kg->kg_iq.count(), kg->kg_idle_kses, "length of kg_iq", kg);
	require_count(kg->kg_lq.count(), kg->kg_loan_kses, "length of kg_lq", kg);
	int ready = 0, queued = 0;
	for (thread &td : kg->kg_threads) {
		check_thread(kg, &td);
		ready += TD_ON_RUNQ(&td) ? 1 : 0;
	}
	for (kse &ke : kg->kg_kseq) {
		check_kse(kg, &ke);
		queued += ke.ke_state == KES_ONRUNQ ? 1 : 0;
	}
	require_count(kg->kg_runnable, ready, "kg_runnable counts ready threads", kg);
	require_count(kg->kg_runq_kses, queued, "kg_runq_kses counts queued KSEs", kg);
	check_runq(kg);
}

void thread_check_proc(proc *p)
{
	sched_lock.assert_owned();
	int groups = 0, threads = 0;
	for (ksegrp &kg : p->p_ksegrps) {
		require(kg.kg_proc == p, "a group knows its process", &kg);
		check_group(&kg);
		groups++;
		threads += kg.kg_numthreads;
	}
	require_count(p->p_numksegrps, groups, "length of p_ksegrps", p);
	require_count(p->p_threads.count(), p->p_numthreads, "length of p_threads", p);
	require_count(threads, p->p_numthreads, "threads of all groups", p);
	require_count(p->p_suspended.count(), p->p_suspcount, "length of p_suspended", p);
	require(((p->p_flag & P_STOPPED_SINGLE) != 0) == (p->p_singlethread != nullptr),
	    "P_STOPPED_SINGLE means p_singlethread", p);
	if ((p->p_flag & P_KSES) == 0)
		require(p->p_numthreads == 1 && p->p_numksegrps == 1 &&
			p->p_ksegrps.first()->kg_kses == 1, "a plain process has one of each", p);
}

// Invariants 5 and 7: sched_lock is held from the choice of a thread until it has arrived and
// buried the one that ended there, so nobody else ever sees a CPU on the stack of a dead one.
void thread_check_cpu(pcpu const &pc)
{
	thread const *td = pc.pc_curthread;

	require(TD_IS_RUNNING(td) && td->td_proc != nullptr, "a CPU runs a thread that lives", td);
	require(td->td_kse != nullptr && td->td_kse->ke_oncpu == pc.pc_cpuid,
	    "a CPU's thread has a KSE, which is there", td);
	require(pc.pc_deadthread == nullptr, "a thread that ended is buried by the next",
	    pc.pc_deadthread);
}

void thread_check_all()
{
	mtx_guard tree{proctree_lock};
	mtx_guard g{sched_lock};
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		thread_check_cpu(*pcpu_find(cpu));
	for (proc &p : allproc)
		if (p.p_state == PRS_NORMAL)
			thread_check_proc(&p);
	sleepq_check();
}

// Writing anything to kern.threads.check runs the checker; reading gives how often it ran.
static constinit int checks_run{0};

static Errno check_handler(sysctl_oid const &, sysctl_req &req)
{
	if (req.newp != uaddr{}) {
		int ignored;
		TRY(sysctl_in(req, &ignored, sizeof ignored));
		thread_check_all();
		checks_run++;
	}
	return sysctl_out(req, &checks_run, sizeof checks_run);
}
SYSCTL_PROC(threads_check, "kern.threads.check", "Writing runs the invariant checker",
    sysctl_type::integer, sysctl_access::rw, check_handler);
