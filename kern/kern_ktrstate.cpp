// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: whole structures as events, where a trace begins and where it ends.
// Written for Kestrel.
#include <kern/ktr.hpp>

#include <kern/kern_proc.hpp>
#include <kern/sched.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>

// A replay of the trace starts from what stands between "state begin" and "state end", and follows
// the other events from there. All of it is recorded under sched_lock, so nothing changes
// meanwhile; at a second such pair the replay must have come to the same. The order inside a queue
// is the order of its events.

namespace {

// left: how many elements of lists may still come; a list that panic found broken ends there.
struct budget final {
	uint32_t left;

	bool spend() { return left != 0 && left-- != 0; }
};
constexpr uint32_t elements_most = 1u << 18;

void put_thread(thread const &td)
{
	KTR(KTR_PROC, "state thread",
	    "thread {td} of group {kg} with KSE {ke} is {state:t}, "
	    "flags {flags:x}, mailbox {mailbox:x}",
	    td.td_tid, td.td_ksegrp->kg_id, td.td_kse != nullptr ? td.td_kse->ke_id : 0,
	    TD_STATE_WORD(&td), int{td.td_flags}, td.td_mailbox);
	KTR(KTR_PROC, "state wait",
	    "thread {td} has priority {pri}, waits for {wmesg:s} at {channel:x}, for lock {lock:s}",
	    td.td_tid, td.td_priority, td.td_wmesg, td.td_wchan, td.td_lockname);
}

void put_kse(kse const &ke)
{
	KTR(KTR_PROC, "state kse",
	    "KSE {ke} of group {kg} has thread {td}, owner {owner}, "
	    "state {state:x}, mailbox {mailbox:x}",
	    ke.ke_id, ke.ke_ksegrp->kg_id, ke.ke_thread != nullptr ? ke.ke_thread->td_tid : 0,
	    ke.ke_bound != nullptr ? ke.ke_bound->td_tid : 0,
	    ke.ke_state | static_cast<uint32_t>(ke.ke_oncpu) << 8, ke.ke_mailbox);
}

void put_ksegrp(ksegrp const &kg, budget &b) REQUIRES(sched_lock)
{
	KTR(KTR_PROC, "state ksegrp",
	    "group {kg} of process {pid} has {threads} threads, {kses} KSEs",
	    kg.kg_id, kg.kg_proc->p_pid, kg.kg_numthreads, kg.kg_kses);
	for (kse const &ke : kg.kg_kseq)
		if (b.spend())
			put_kse(ke);
	for (thread const &td : kg.kg_threads)
		if (b.spend())
			put_thread(td);
	for (thread const &td : kg.kg_runq)
		if (b.spend())
			KTR(KTR_PROC, "state ready", "on the queue of group {kg}: thread {td}",
			    kg.kg_id, td.td_tid);
	for (kse const &ke : kg.kg_iq)
		if (b.spend())
			KTR(KTR_PROC, "state idle", "idle in group {kg}: KSE {ke}", kg.kg_id,
			    ke.ke_id);
	for (kse const &ke : kg.kg_lq)
		if (b.spend())
			KTR(KTR_PROC, "state loanable", "loanable in group {kg}: KSE {ke}",
			    kg.kg_id, ke.ke_id);
}

// p_flag is read without p_mtx: what matters here changes with p_mtx and sched_lock held.
void put_proc(proc const &p, budget &b) REQUIRES(sched_lock)
{
	KTR(KTR_PROC, "state proc", "process {pid}: flags {flags:x}, {comm:c}", p.p_pid,
	    p.p_flag | (p.p_state == PRS_ZOMBIE ? 1u << 31 : 0), ktr_chars(p.p_comm, 0),
	    ktr_chars(p.p_comm, 1), ktr_chars(p.p_comm, 2), ktr_chars(p.p_comm, 3));
	if (p.p_singlethread != nullptr)
		KTR(KTR_PROC, "state single", "process {pid} is single-threaded by thread {td}",
		    p.p_pid, p.p_singlethread->td_tid);
	for (ksegrp const &kg : p.p_ksegrps)
		if (b.spend())
			put_ksegrp(kg, b);
}

void put_queue(budget &b) REQUIRES(sched_lock)
{
	for (kse const *ke = sched_queued(nullptr); ke != nullptr && b.spend();
	    ke = sched_queued(ke))
		KTR(KTR_PROC, "state queued", "waits for a CPU: KSE {ke}", ke->ke_id);
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		thread const *const td = pcpu_find(cpu)->pc_curthread;
		KTR(KTR_PROC, "state cpu", "CPU {cpu} runs thread {td} on KSE {ke}", cpu,
		    td->td_tid, td->td_kse != nullptr ? td->td_kse->ke_id : 0);
	}
}

// put_all: every process that has begun. Half-made ones follow when they begin.
void put_all() REQUIRES(proctree_lock, sched_lock)
{
	budget b{elements_most};

	KTR(KTR_PROC, "state begin", "all structures, as they are now");
	for (proclist const *list : {&allproc, &zombproc})
		for (proc const &p : *list)
			if (p.p_state != PRS_NEW && b.spend())
				put_proc(p, b);
	put_queue(b);
	KTR(KTR_PROC, "state end", "these were all structures");
}

// debug.ktr.state: writing anything records the structures.
Errno sysctl_state(sysctl_oid const &, sysctl_req &req)
{
	int value = 0;

	TRY(sysctl_out(req, &value, sizeof value));
	if (req.newp == uaddr{})
		return OK;
	TRY(sysctl_in(req, &value, sizeof value));
	ktr_state();
	return OK;
}
SYSCTL_PROC(ktr_state_oid, "debug.ktr.state", "Set: record all structures as they are",
    sysctl_type::integer, sysctl_access::rw, sysctl_state);

}

void ktr_state()
{
	if ((ktr_mask & KTR_PROC) == 0)
		return;
	mtx_guard tree{proctree_lock};
	mtx_guard g{sched_lock};
	put_all();
}

// The locks are whose they were when the panic came.
NO_THREAD_SAFETY_ANALYSIS
void ktr_state_panic()
{
	if ((ktr_mask & KTR_PROC) != 0)
		put_all();
}

void ktr_state_proc(proc *p)
{
	budget b{elements_most};

	sched_lock.assert_owned();
	put_proc(*p, b);
}
