// SPDX-License-Identifier: BSD-2-Clause
// Threads: their zone, the kernel stacks that come with it, links into a process, and the zombies.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 58-171, 549-709 and 977-1000.
#include <kern/thread.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>
#include <kern/ucred.hpp>
#include <machine/pcpu.hpp>
#include <vm/uma.hpp>
#include <vm/vm_glue.hpp>

#include <new>

// The three zombie lists. What is on them is on nothing else, and off its CPU.
//   thread_stash, kse_stash, ksegrp_stash --> lists --> thread_reap --> zones
constinit spin_mtx zombie_thread_lock{"zombie_thread_lock", lock_rank::zombie};
static constinit threadqueue zombie_threads{};
static constinit tailq<kse, &kse::ke_procq> zombie_kses{};
static constinit tailq<ksegrp, &ksegrp::kg_ksegrp> zombie_ksegrps{};

constinit uma_zone *thread_zone{};
constinit uma_zone *kse_zone{};
constinit uma_zone *ksegrp_zone{};

constinit int oiks_debug{1};
constinit int max_threads_per_proc{10};
constinit int max_threads_per_proc_hard{4096};
constinit int max_groups_per_proc{1024};
constinit int max_kses_per_group{0};
constinit int eager_upcall{0};
constinit int thread_quantum{0};

SYSCTL_INT(threads_oiks, "kern.threads.oiks",
    "Over max_per_proc threads: 0 nothing, 1 print, 2 enter the debugger", oiks_debug,
    sysctl_access::rwtun, 0, 2);
SYSCTL_INT(threads_max_per_proc, "kern.threads.max_per_proc",
    "Threads of a process from which on oiks acts", max_threads_per_proc, sysctl_access::rwtun, 1,
    1 << 20);
SYSCTL_INT(threads_max_threads_per_proc, "kern.threads.max_threads_per_proc",
    "Most kernel threads of a process", max_threads_per_proc_hard, sysctl_access::rwtun, 1,
    1 << 20);
SYSCTL_INT(threads_max_groups_per_proc, "kern.threads.max_groups_per_proc",
    "Most KSE groups of a process", max_groups_per_proc, sysctl_access::rwtun, 1, 1 << 20);
SYSCTL_INT(threads_max_kses_per_group, "kern.threads.max_kses_per_group",
    "Most KSEs of a group, 0 for no limit", max_kses_per_group, sysctl_access::rwtun, 0, 1 << 20);
SYSCTL_INT(threads_eager_upcall, "kern.threads.eager_upcall",
    "1: every system call of a user thread ends in an upcall", eager_upcall,
    sysctl_access::rwtun, 0, 1);
SYSCTL_INT(threads_quantum, "kern.threads.quantum",
    "Milliseconds after which a user thread is preempted by an upcall, 0 never", thread_quantum,
    sysctl_access::rwtun, 0, 1 << 20);

// Zone constructor, at each allocation (seed 91). The zeroed range is cleared here and not only by
// the users of a spare, so that an inactive thread never shows garbage (D-43).
static void thread_ctor(void *mem, int size, void *)
{
	KASSERT(size == static_cast<int>(sizeof(thread)), "size mismatch: %d", size);
	thread *td = static_cast<thread *>(mem);
	static_cast<thread_zeroed &>(*td) = thread_zeroed{};
	td->td_state = TDS_INACTIVE;
	td->td_flags.preset(TDF_UNBOUND);
	td->td_proc = nullptr;
	td->td_ksegrp = nullptr;
}

// Zone destructor, at each free (seed 107): only an inactive thread may go.
void thread_dtor(void *mem, int size, void *)
{
	KASSERT(size == static_cast<int>(sizeof(thread)), "size mismatch: %d", size);
	[[maybe_unused]] thread const *td = static_cast<thread const *>(mem);
	KASSERT(td->td_state == TDS_INACTIVE, "thread %p freed in state %#x", td, td->td_state);
	KASSERT(!td->td_runq.linked() && !td->td_slpq.linked() && !td->td_lockq.linked(),
	    "thread %p freed while on a queue", td);
	KASSERT(td != curthread, "thread %p freed by itself", td);
}

// Once in an item's slab life (seed 142): the stack stays with the thread through all its uses.
static Errno thread_init(void *mem, int size)
{
	KASSERT(size == static_cast<int>(sizeof(thread)), "size mismatch: %d", size);
	thread *td = new (mem) thread{};
	TRY(pmap_new_thread(td));
	cpu_thread_setup(td);
	return OK;
}

// The counterpart (seed 160).
static void thread_fini(void *mem, int size)
{
	KASSERT(size == static_cast<int>(sizeof(thread)), "size mismatch: %d", size);
	pmap_dispose_thread(static_cast<thread *>(mem));
}

void threadinit()
{
	thread_zone = uma_zcreate("THREAD", sizeof(thread), thread_ctor, thread_dtor, thread_init,
	    thread_fini, UMA_ALIGN_CACHE, 0);
	ksegrp_zone = uma_zcreate("KSEGRP", sizeof(ksegrp), nullptr, nullptr, nullptr, nullptr,
	    UMA_ALIGN_CACHE, 0);
	kse_zone = uma_zcreate("KSE", sizeof(kse), nullptr, nullptr, nullptr, nullptr,
	    UMA_ALIGN_CACHE, 0);
}

static void threadinit_boot(void *)
{
	threadinit();
}
SYSINIT(threadinit, SI_SUB_INTRINSIC, SI_ORDER_FIRST, threadinit_boot, nullptr);

// is_on_cpu: whether some CPU runs td.
static bool is_on_cpu(thread const *td)
{
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		if (pcpu_find(cpu)->pc_curthread == td)
			return true;
	return false;
}

void thread_stash(thread *td)
{
	KASSERT(!is_on_cpu(td), "zombie thread %p is still on a CPU", td);      // D-21
	mtx_guard g{zombie_thread_lock};
	zombie_threads.insert_head(*td);
}

void kse_stash(kse *ke)
{
	mtx_guard g{zombie_thread_lock};
	zombie_kses.insert_head(*ke);
}

void ksegrp_stash(ksegrp *kg)
{
	mtx_guard g{zombie_thread_lock};
	zombie_ksegrps.insert_head(*kg);
}

// take_one: the head of a zombie list, or null. One at a time keeps the spin lock short.
template <class List>
static auto *take_one(List &list)
{
	mtx_guard g{zombie_thread_lock};
	return list.remove_head();
}

void thread_reap()
{
	// The unlocked look may miss what is stashed at this instant; the next caller finds it.
	if (zombie_threads.empty() && zombie_kses.empty() && zombie_ksegrps.empty())
		return;
	while (thread *td = take_one(zombie_threads))
		thread_free(td);
	while (kse *ke = take_one(zombie_kses))
		kse_free(ke);
	while (ksegrp *kg = take_one(zombie_ksegrps))
		ksegrp_free(kg);
}

thread *thread_alloc()
{
	thread_reap();
	return static_cast<thread *>(uma_zalloc(thread_zone, M_WAITOK));
}

// thread_free also drops the credential that the thread was linked with: thread_exit cannot, it
// runs under sched_lock (D-30).
void thread_free(thread *td)
{
	if (ucred *cr = td->td_ucred) {
		td->td_ucred = nullptr;
		crfree(cr);
	}
	uma_zfree(thread_zone, td);
}

// The last number given to a thread.
static constinit atomic<uint32_t> last_tid{0};

// oiks_report: a process grew beyond the debug threshold. Said once for each new length, since
// every blocked user thread passes here.
static void oiks_report(proc *p)
{
	if (oiks_debug == 0 || p->p_numthreads <= max_threads_per_proc ||
	    p->p_numthreads <= p->p_oiks)
		return;
	p->p_oiks = p->p_numthreads;
	printf("OIKS %d\n", p->p_numthreads);
	if (oiks_debug > 1)
		Debugger("OIKS");
}

void thread_link(thread *td, ksegrp *kg)
{
	proc *p = kg->kg_proc;

	td->td_state = TDS_INACTIVE;
	td->td_proc = p;
	td->td_ksegrp = kg;
	td->td_last_kse = nullptr;
	td->td_tid = last_tid.add(1, order::relaxed) + 1;
	td->td_contested.init();
	callout_init(&td->td_slpcallout, 1);
	p->p_threads.insert_head(*td);
	kg->kg_threads.insert_head(*td);
	p->p_numthreads++;
	kg->kg_numthreads++;
	oiks_report(p);
	td->td_kse = nullptr;
	if (p->p_state != PRS_NEW)
		KTR(KTR_PROC, "thread new", "thread {td} is made in group {kg} of process {pid}",
		    td->td_tid, kg->kg_id, p->p_pid);
}

// Without the analysis: what is being linked up nobody else can see yet.
NO_THREAD_SAFETY_ANALYSIS
void proc_linkup(proc *p, ksegrp *kg, kse *ke, thread *td)
{
	p->p_ksegrps.init();
	p->p_threads.init();
	p->p_suspended.init();
	p->p_numksegrps = 0;
	p->p_numthreads = 0;
	ksegrp_link(kg, p);
	kse_link(ke, kg);
	thread_link(td, kg);
}
