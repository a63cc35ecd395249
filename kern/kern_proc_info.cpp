// SPDX-License-Identifier: BSD-2-Clause
// What observers see of processes, threads and KSEs: kern.proc.all, .threads and .kses.
// After FreeBSD 5.0 kern_proc.c, fill_kinfo_proc(); the records are sys/user.h's.
#include <kern/kern_proc.hpp>

#include <kern/sysctl.hpp>
#include <kern/ucred.hpp>
#include <string.h>
#include <sys/user.h>

// The numbers of sys/user.h are the kernel's own.
static_assert(KI_PRS_ZOMBIE == PRS_ZOMBIE && KI_P_KSES == P_KSES && KI_P_SYSTEM == P_SYSTEM &&
    KI_TDS_INHIBITED == TDS_INHIBITED && KI_TDS_RUNNING == TDS_RUNNING &&
    KI_TDI_SLEEPING == TDI_SLEEPING && KI_TDI_LOAN == TDI_LOAN &&
    KI_TDF_UNBOUND == TDF_UNBOUND && KI_KES_THREAD == KES_THREAD &&
    KI_KEF_ONLOANQ == KEF_ONLOANQ && KI_NOCPU == NOCPU);

// Records are made under the locks and handed out without them, one by one, in the order of the
// numbers: a walk goes on behind the last number seen, whatever has come or gone meanwhile.

// next_proc: the process, alive or zombie, with the lowest number above `pid`; null at the end.
static proc *next_proc(int pid) REQUIRES(proctree_lock)
{
	proc *best = nullptr;
	auto const look = [&](proclist &list) {
		for (proc &p : list)
			if (p.p_pid > pid && (best == nullptr || p.p_pid < best->p_pid))
				best = &p;
	};
	look(allproc);
	look(zombproc);
	return best;
}

static uint64_t to_us(uint64_t ns)
{
	return ns / 1000;
}

// activity: how near a thread is to running, 0 not at all.
static int activity(thread const *td)
{
	switch (td->td_state) {
	case TDS_RUNNING:
		return 4;
	case TDS_RUNQ:
		return 3;
	case TDS_CAN_RUN:
		return 2;
	case TDS_INHIBITED:
		return 1;
	default:
		return 0;
	}
}

// most_active: the newest of the threads that are nearest to running. Lists begin with the newest.
static thread *most_active(proc *p) REQUIRES(sched_lock)
{
	thread *best = nullptr;
	for (thread &td : p->p_threads)
		if (best == nullptr || activity(&td) > activity(best))
			best = &td;
	return best;
}

static uint8_t cpu_of(thread const *td) REQUIRES(sched_lock)
{
	return TD_IS_RUNNING(td) && td->td_kse != nullptr ? td->td_kse->ke_oncpu : td->td_lastcpu;
}

static void fill_activity(kinfo_proc &ki, thread const *td) REQUIRES(sched_lock)
{
	char const *why = nullptr;
	if (TD_ON_LOCK(td))
		why = td->td_lockname;
	else if (TD_ON_SLEEPQ(td))
		why = td->td_wmesg;
	strlcpy(ki.ki_wmesg, why != nullptr ? why : "", sizeof ki.ki_wmesg);
	ki.ki_td_state = td->td_state;
	ki.ki_td_inhibitors = static_cast<uint8_t>(td->td_inhibitors);
	ki.ki_td_priority = td->td_priority;
	ki.ki_cpu = cpu_of(td);
}

static void fill_proc(kinfo_proc &ki, proc *p) REQUIRES(proctree_lock)
{
	mtx_guard pg{p->p_mtx};
	mtx_guard g{sched_lock};
	ki.ki_structsize = sizeof ki;
	ki.ki_pid = p->p_pid;
	ki.ki_ppid = p->p_ppid;
	ki.ki_uid = p->p_ucred->cr_uid;
	ki.ki_state = p->p_state;
	ki.ki_flag = p->p_flag;
	ki.ki_numthreads = p->p_numthreads;
	ki.ki_numksegrps = p->p_numksegrps;
	ki.ki_xstat = p->p_state == PRS_ZOMBIE ? p->p_xstat : 0;
	strlcpy(ki.ki_comm, p->p_comm, sizeof ki.ki_comm);
	uint64_t runtime = p->p_runtime;
	for (ksegrp &kg : p->p_ksegrps)
		ki.ki_numkses += kg.kg_kses;
	if (p->p_state != PRS_ZOMBIE) {
		for (thread &td : p->p_threads)
			runtime += td.td_runtime;
		fill_activity(ki, most_active(p));
	}
	ki.ki_runtime_us = to_us(runtime);
}

static uint8_t lending(thread const *td) REQUIRES(sched_lock)
{
	kse const *ke = td->td_kse;
	if (ke == nullptr)
		return KI_LEND_NONE;
	if (ke->ke_bound == td)
		return KI_LEND_LENT;
	if (ke->ke_bound != nullptr)
		return KI_LEND_BORROWS;
	return (ke->ke_flags & KEF_ONLOANQ) != 0 ? KI_LEND_LOANABLE : KI_LEND_NONE;
}

static void fill_thread(kinfo_thread &kt, thread const *td) REQUIRES(sched_lock)
{
	kt.kt_structsize = sizeof kt;
	kt.kt_pid = td->td_proc->p_pid;
	kt.kt_tid = td->td_tid;
	kt.kt_kgid = td->td_ksegrp->kg_id;
	kt.kt_td_flags = static_cast<uint32_t>(td->td_flags);
	kt.kt_td_inhibitors = static_cast<uint32_t>(td->td_inhibitors);
	kt.kt_mailbox = to_word(td->td_mailbox);
	kt.kt_runtime_us = to_us(td->td_runtime);
	kt.kt_td_state = td->td_state;
	kt.kt_td_priority = td->td_priority;
	kt.kt_td_base_pri = td->td_base_pri;
	kt.kt_cpu = cpu_of(td);
	kt.kt_lending = lending(td);
	if (kse const *ke = td->td_kse) {
		kt.kt_keid = ke->ke_id;
		kt.kt_ke_flags = static_cast<uint32_t>(ke->ke_flags);
		kt.kt_ke_state = ke->ke_state;
	}
	if (TD_ON_SLEEPQ(td))
		strlcpy(kt.kt_wmesg, td->td_wmesg, sizeof kt.kt_wmesg);
	if (TD_ON_LOCK(td))
		strlcpy(kt.kt_lock, td->td_lockname, sizeof kt.kt_lock);
}

static void fill_kse(kinfo_kse &kk, kse const *ke) REQUIRES(sched_lock)
{
	ksegrp const *kg = ke->ke_ksegrp;
	kk.kk_structsize = sizeof kk;
	kk.kk_pid = ke->ke_proc->p_pid;
	kk.kk_kgid = kg->kg_id;
	kk.kk_keid = ke->ke_id;
	kk.kk_ke_flags = static_cast<uint32_t>(ke->ke_flags);
	kk.kk_mailbox = to_word(ke->ke_mailbox);
	kk.kk_tid = ke->ke_thread != nullptr ? ke->ke_thread->td_tid : 0;
	kk.kk_bound_tid = ke->ke_bound != nullptr ? ke->ke_bound->td_tid : 0;
	kk.kk_uticks = ke->ke_uticks;
	kk.kk_sticks = ke->ke_sticks;
	kk.kk_kg_kses = kg->kg_kses;
	kk.kk_kg_idle = kg->kg_idle_kses;
	kk.kk_kg_loan = kg->kg_loan_kses;
	kk.kk_kg_numthreads = kg->kg_numthreads;
	kk.kk_kg_runnable = kg->kg_runnable;
	kk.kk_ke_state = ke->ke_state;
	kk.kk_cpu = ke->ke_oncpu;
	kk.kk_rqindex = ke->ke_rqindex;
	kk.kk_kg_user_pri = kg->kg_user_pri;
}

// next_thread, next_kse: in one process, the one with the lowest number above `id`, as a record.
// The caller's proctree_lock keeps the process.
static bool next_thread(proc *p, uint32_t id, kinfo_thread &out)
{
	mtx_guard g{sched_lock};
	thread *best = nullptr;
	for (thread &td : p->p_threads)
		if (td.td_tid > id && (best == nullptr || td.td_tid < best->td_tid))
			best = &td;
	if (best != nullptr)
		fill_thread(out, best);
	return best != nullptr;
}

static bool next_kse(proc *p, uint32_t id, kinfo_kse &out)
{
	mtx_guard g{sched_lock};
	kse *best = nullptr;
	for (ksegrp &kg : p->p_ksegrps)
		for (kse &ke : kg.kg_kseq)
			if (ke.ke_id > id && (best == nullptr || ke.ke_id < best->ke_id))
				best = &ke;
	if (best != nullptr)
		fill_kse(out, best);
	return best != nullptr;
}

// room_for: without a buffer the size is asked for: some more may have come when it is there.
static void room_for(sysctl_req &req, size_t record)
{
	constexpr size_t newcomers = 8;
	if (req.oldp == uaddr{})
		req.oldidx += newcomers * record;
}

// put_record: whole records only, however long the buffer is.
template <class Record>
static Errno put_record(sysctl_req &req, Record const &record)
{
	if (req.oldp != uaddr{} && req.oldidx + sizeof record > req.oldlen) {
		req.oldidx += sizeof record;
		return ENOMEM;
	}
	return sysctl_out(req, &record, sizeof record);
}

static Errno report_all(sysctl_oid const &, sysctl_req &req)
{
	for (int pid = -1;;) {
		kinfo_proc ki{};
		{	mtx_guard g{proctree_lock};
			proc *p = next_proc(pid);
			if (p == nullptr)
				break;
			fill_proc(ki, p);
		}
		TRY(put_record(req, ki));
		pid = ki.ki_pid;
	}
	room_for(req, sizeof(kinfo_proc));
	return OK;
}
SYSCTL_PROC(proc_all, "kern.proc.all", "Processes, as struct kinfo_proc", sysctl_type::opaque,
    sysctl_access::ro, report_all);

// walk_parts: the records of all parts of all processes but zombies. `next` makes the record behind
// a number; `number` is where a record keeps its own.
template <class Record>
static Errno walk_parts(sysctl_req &req, uint32_t Record::*number,
    bool (*next)(proc *p, uint32_t id, Record &out))
{
	int done = -1;          // this process and all before it
	int current = -1;
	uint32_t id = 0;
	for (;;) {
		Record record{};
		{	mtx_guard g{proctree_lock};
			proc *p = next_proc(done);
			if (p == nullptr)
				break;
			if (p->p_pid != current)
				id = 0;
			current = p->p_pid;
			if (p->p_state == PRS_ZOMBIE || !next(p, id, record)) {
				done = current;
				continue;
			}
		}
		id = record.*number;
		TRY(put_record(req, record));
	}
	room_for(req, sizeof(Record));
	return OK;
}

static Errno report_threads(sysctl_oid const &, sysctl_req &req)
{
	return walk_parts(req, &kinfo_thread::kt_tid, next_thread);
}
SYSCTL_PROC(proc_threads, "kern.proc.threads", "Threads, as struct kinfo_thread",
    sysctl_type::opaque, sysctl_access::ro, report_threads);

static Errno report_kses(sysctl_oid const &, sysctl_req &req)
{
	return walk_parts(req, &kinfo_kse::kk_keid, next_kse);
}
SYSCTL_PROC(proc_kses, "kern.proc.kses", "KSEs, as struct kinfo_kse", sysctl_type::opaque,
    sysctl_access::ro, report_kses);
