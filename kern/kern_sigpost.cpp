// SPDX-License-Identifier: BSD-2-Clause
// Signals from where no sleep mutex can be taken: noted under sched_lock, posted by a process.
// Written for Kestrel; history let interrupt threads take the process lock.
#include <kern/signalvar.hpp>

#include <kern/kassert.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysinit.hpp>

// Processes with bits in p_sigposted. A zombie is in no such list, and who is in it stays while
// proctree_lock is held.
static constinit tailq<proc, &proc::p_sigpost> posted GUARDED_BY(sched_lock){};

void psignal_async(proc *p, int sig, sig_cause const &cause)
{
	sched_lock.assert_owned();
	KASSERT(sig > 0 && sig < NSIG, "signal %d", sig);
	if (p->p_state != PRS_NORMAL || proc_is_kernel(p))
		return;
	if (p->p_sigposted == 0)
		posted.insert_tail(*p);
	p->p_sigposted |= sig_bit(sig);
	if (sig == SIGCHLD)
		p->p_sigpostcause = cause;
	wakeup(&posted);
}

void psignal_forget(proc *p)
{
	sched_lock.assert_owned();
	if (p->p_sigposted == 0)
		return;
	p->p_sigposted = 0;
	posted.remove(*p);
}

// post_next: one process's signals. False: there are none.
static bool post_next()
{
	mtx_guard tree{proctree_lock};
	proc *p;
	uint32_t signals;
	sig_cause cause;
	{	mtx_guard g{sched_lock};
		p = posted.remove_head();
		if (p == nullptr)
			return false;
		signals = p->p_sigposted;
		p->p_sigposted = 0;
		cause = p->p_sigpostcause;
	}
	mtx_guard g{p->p_mtx};
	for (int sig = 1; sig < NSIG; sig++)
		if ((signals & sig_bit(sig)) != 0)
			psignal(p, sig, sig == SIGCHLD ? cause : sig_cause{.code = SI_TIMER});
	return true;
}

// enqueue_unless_posted: the `enqueue` of the process's sleep, under sched_lock: what was posted
// since it looked has sent its wakeup already.
static void enqueue_unless_posted(thread *td, sleep_request const &request)
    NO_THREAD_SAFETY_ANALYSIS
{
	if (posted.empty())
		sleepq_enqueue(td, request);
}

static void sigpost_process(void *)
{
	for (;;) {
		while (post_next())
			continue;
		(void)sleep_on({&posted, nullptr, PWAIT, "sigpost", 0, enqueue_unless_posted});
	}
}

static void sigpost_start(void *)
{
	kproc_create("sigpost", PWAIT, sigpost_process, nullptr);
}
SYSINIT(sigpost, SI_SUB_KTHREAD, SI_ORDER_ANY, sigpost_start, nullptr);
