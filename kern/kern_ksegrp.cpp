// SPDX-License-Identifier: BSD-2-Clause
// KSEs and their groups: allocation, and links into a process.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 171-249 and 656-700.
#include <kern/thread.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <vm/uma.hpp>

#include <new>

// Numbers for people: groups and KSEs share one sequence.
static constinit atomic<uint32_t> last_id{0};

ksegrp *ksegrp_alloc()
{
	return new (uma_zalloc(ksegrp_zone, M_WAITOK)) ksegrp{};
}

kse *kse_alloc()
{
	return new (uma_zalloc(kse_zone, M_WAITOK)) kse{};
}

void ksegrp_free(ksegrp *kg)
{
	uma_zfree(ksegrp_zone, kg);
}

// Without the analysis: the KSE is the caller's alone.
NO_THREAD_SAFETY_ANALYSIS
void kse_free(kse *ke)
{
	KASSERT(ke->ke_tdspare == nullptr, "kse %p freed with its spare", ke);
	uma_zfree(kse_zone, ke);
}

void kse_link(kse *ke, ksegrp *kg)
{
	kg->kg_kseq.insert_head(*ke);
	kg->kg_kses++;
	ke->ke_state = KES_UNQUEUED;
	ke->ke_proc = kg->kg_proc;
	ke->ke_ksegrp = kg;
	ke->ke_thread = nullptr;
	ke->ke_oncpu = NOCPU;
	ke->ke_id = last_id.add(1, order::relaxed) + 1;
	if (kg->kg_proc->p_state != PRS_NEW)
		KTR(KTR_PROC, "kse new", "KSE {ke} is made in group {kg}", ke->ke_id, kg->kg_id);
}

void kse_unlink(kse *ke)
{
	ksegrp *kg = ke->ke_ksegrp;

	sched_lock.assert_owned();
	KTR(KTR_PROC, "kse end", "KSE {ke} of group {kg} ends", ke->ke_id, kg->kg_id);
	KASSERT((ke->ke_flags & KEF_ONLOANQ) == 0, "kse %p unlinked while loanable", ke);  // D-29
	KASSERT(ke->ke_bound == nullptr, "kse %p unlinked while lent", ke);
	if (ke->ke_state == KES_IDLE) {
		kg->kg_iq.remove(*ke);
		kg->kg_idle_kses--;
	}
	kg->kg_kseq.remove(*ke);
	if (--kg->kg_kses == 0)
		ksegrp_unlink(kg);
	if (thread *spare = ke->ke_tdspare) {
		ke->ke_tdspare = nullptr;
		thread_stash(spare);
	}
	kse_stash(ke);
}

void ksegrp_link(ksegrp *kg, proc *p)
{
	kg->kg_threads.init();
	kg->kg_runq.init();
	kg->kg_kseq.init();
	kg->kg_iq.init();
	kg->kg_lq.init();
	kg->kg_proc = p;
	kg->kg_numthreads = 0;
	kg->kg_runnable = 0;
	kg->kg_kses = 0;
	kg->kg_idle_kses = 0;
	kg->kg_loan_kses = 0;
	kg->kg_runq_kses = 0;
	kg->kg_id = last_id.add(1, order::relaxed) + 1;
	p->p_numksegrps++;
	p->p_ksegrps.insert_head(*kg);
	if (p->p_state != PRS_NEW)
		KTR(KTR_PROC, "ksegrp new", "process {pid} has a further group, {kg}", p->p_pid,
		    kg->kg_id);
}

void ksegrp_unlink(ksegrp *kg)
{
	proc *p = kg->kg_proc;

	sched_lock.assert_owned();
	KASSERT(kg->kg_numthreads == 0 && kg->kg_kses == 0,
	    "group %p unlinked with %d threads and %d KSEs", kg, kg->kg_numthreads, kg->kg_kses);
	p->p_ksegrps.remove(*kg);
	p->p_numksegrps--;
	KTR(KTR_PROC, "ksegrp end", "group {kg} of process {pid} ends", kg->kg_id, p->p_pid);
	ksegrp_stash(kg);
}
