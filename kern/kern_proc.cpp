// SPDX-License-Identifier: BSD-2-Clause
// The process tables and numbers.
// After FreeBSD 5.0 kern_proc.c: allproc, zombproc, pidhash, pfind().
#include <kern/kern_proc.hpp>

#include <kern/config.hpp>
#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>
#include <kern/thread.hpp>
#include <kern/ucred.hpp>
#include <vm/uma.hpp>

#include <string.h>

constinit mtx proctree_lock{"proctree", lock_rank::proctree};
constinit proclist allproc{};
constinit proclist zombproc{};
constinit proc *initproc{};
constinit int maxproc{config::max_procs};

SYSCTL_INT(maxproc, "kern.maxproc", "Most processes", maxproc, sysctl_access::tun, 16, 1 << 15);

// Processes by number, zombies included; process 0 is in no chain.
static constexpr unsigned pid_chains = 256;
static constinit tailq<proc, &proc::p_hash> pidhash[pid_chains]{};

// Numbers below this are not given out a second time: they belong to init and to the kernel's own
// processes.
static constexpr int pid_restart = 100;
static constinit int lastpid GUARDED_BY(proctree_lock){1};

// Processes that exist or are being made; process 0 counts.
static constinit atomic<int> nprocs{1};

static constinit uma_zone_of<proc> proc_zone{};

static void procinit(void *)
{
	proc_zone.create("PROC");
}
SYSINIT(procinit, SI_SUB_INTRINSIC, SI_ORDER_SECOND, procinit, nullptr);

static tailq<proc, &proc::p_hash> &pid_chain(int pid)
{
	return pidhash[static_cast<unsigned>(pid) % pid_chains];
}

// hash_find: whoever has the number, in any state.
static proc *hash_find(int pid) REQUIRES(proctree_lock)
{
	for (proc &p : pid_chain(pid))
		if (p.p_pid == pid)
			return &p;
	return nullptr;
}

// pid_alloc: the next number that nobody has. There are far fewer processes than numbers.
static int pid_alloc() REQUIRES(proctree_lock)
{
	do {
		if (++lastpid > PID_MAX)
			lastpid = pid_restart;
	} while (hash_find(lastpid) != nullptr);
	return lastpid;
}

proc *pfind(int pid)
{
	proc *p = hash_find(pid);
	return p != nullptr && p->p_state == PRS_NORMAL ? p : nullptr;
}

proc *zpfind(int pid)
{
	proc *p = hash_find(pid);
	return p != nullptr && p->p_state == PRS_ZOMBIE ? p : nullptr;
}

// inherit: what a new process has from the one that makes it, but for files and memory.
static void inherit(proc *p2, thread *td2, thread *td1)
{
	proc *p1 = td1->td_proc;
	ksegrp *kg2 = td2->td_ksegrp;

	p2->p_sflag = PS_INMEM;
	static_cast<thread_copied &>(*td2) = *td1;
	static_cast<ksegrp_copied &>(*kg2) = *td1->td_ksegrp;
	mtx_guard g{p1->p_mtx};
	p2->p_ucred = crhold(p1->p_ucred);
	td2->td_ucred = crhold(p1->p_ucred);
	sig_fork(p2, p1);
	strlcpy(p2->p_comm, p1->p_comm, sizeof p2->p_comm);
	strlcpy(p2->p_cwd, p1->p_cwd, sizeof p2->p_cwd);
}

result<proc *> proc_alloc(thread *td)
{
	if (nprocs.add(1, order::relaxed) >= maxproc) {
		nprocs.sub(1, order::relaxed);
		return fail(EAGAIN);
	}
	proc *p = proc_zone.alloc(M_WAITOK);
	ksegrp *kg = ksegrp_alloc();
	kse *ke = kse_alloc();
	thread *td2 = thread_alloc();

	proc_linkup(p, kg, ke, td2);
	td2->td_flags.preset(0);        // bound
	td2->td_kse = ke;
	ke->ke_thread = td2;
	ke->ke_state = KES_THREAD;
	inherit(p, td2, td);
	return p;
}

void proc_free(proc *p)
{
	KASSERT(!p->p_list.linked() && p->p_vmspace == nullptr && p->p_fd == nullptr,
	    "process %d freed while it is in use", p->p_pid);
	p->p_state = PRS_ZOMBIE;
	thread_wait(p);
	crfree(p->p_ucred);
	proc_zone.free(p);
	nprocs.sub(1, order::relaxed);
}

static void set_parent(proc *p, proc *parent) REQUIRES(proctree_lock)
{
	mtx_guard g{sched_lock};
	p->p_pptr = parent;
	p->p_ppid = parent->p_pid;
}

void proc_insert(proc *p, proc *parent, int pid)
{
	p->p_pid = pid != 0 ? pid : pid_alloc();
	p->p_pgid = parent->p_pgid;
	p->p_sid = parent->p_sid;
	callout_init(&p->p_itcallout, 1);
	set_parent(p, parent);
	pid_chain(p->p_pid).insert_head(*p);
	parent->p_children.insert_tail(*p);
	allproc.insert_tail(*p);
}

void proc_start(proc *p)
{
	mtx_guard pg{p->p_mtx};
	mtx_guard g{sched_lock};
	thread *td = p->p_threads.first();
	p->p_state = PRS_NORMAL;
	TD_SET_CAN_RUN(td);
	if (ktr_wanted<KTR_PROC>()) [[unlikely]]
		ktr_state_proc(p);
	setrunqueue(td);
}

void proc_bury(proc *p)
{
	bool orphans = false;
	KASSERT(initproc != nullptr || p->p_children.empty(),
	    "process %d leaves orphans before init", p->p_pid);
	while (proc *child = p->p_children.remove_head()) {
		set_parent(child, initproc);
		initproc->p_children.insert_tail(*child);
		orphans = true;
	}
	if (orphans)
		wakeup(initproc);
	allproc.remove(*p);
	zombproc.insert_tail(*p);
}

void proc_reparent(proc *p, proc *parent)
{
	p->p_pptr->p_children.remove(*p);
	set_parent(p, parent);
	parent->p_children.insert_tail(*p);
}

void proc_reap(proc *p)
{
	{	mtx_guard g{proctree_lock};
		KASSERT(p->p_state == PRS_ZOMBIE, "process %d reaped alive", p->p_pid);
		pid_chain(p->p_pid).remove(*p);
		p->p_pptr->p_children.remove(*p);
		zombproc.remove(*p);
		KTR(KTR_PROC, "reap", "process {pid} is gone", p->p_pid);
	}
	proc_free(p);
}
