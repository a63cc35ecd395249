// SPDX-License-Identifier: BSD-2-Clause
// A test's process with more than one thread: siblings of curthread that run kernel functions.
// Written for Kestrel.
#pragma once

#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <kern/thread.hpp>
#include <kern/ucred.hpp>
#include <machine/pcpu.hpp>

// What every sibling announces its end on.
inline constinit int sibling_ended{};

// sibling_end: end curthread, with its KSE unless that is lent by another.
[[noreturn]] inline void sibling_end()
{
	proc *p = curthread->td_proc;
	giant_release_all();
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	if (curthread->td_kse->ke_bound == nullptr)
		curthread->td_kse->ke_flags |= KEF_EXIT;
	wakeup(&sibling_ended);
	thread_exit();          // HANDOVER: takes both locks with it
}

// sibling_boundary: what userret() does for user threads: stop or end if asked.
inline void sibling_boundary()
{
	mtx_guard g{curthread->td_proc->p_mtx};
	(void)thread_suspend_check(suspend_mode::may_stop);
}

// sibling_link: td into a group of a process, as a KSE process, with the priority of its first
// thread. Without a KSE it is unbound.
inline void sibling_link(thread *td, kse *ke, ksegrp *kg) REQUIRES(sched_lock)
{
	proc *p = kg->kg_proc;
	thread const *like = p->p_threads.first();
	p->p_flag |= P_KSES;
	static_cast<thread_copied &>(*td) = *like;
	thread_link(td, kg);
	td->td_flags = ke != nullptr ? 0 : TDF_UNBOUND;
	td->td_ucred = crhold(like->td_ucred);
	if (ke != nullptr) {
		kse_link(ke, kg);
		ke->ke_thread = td;
		ke->ke_state = KES_THREAD;
		td->td_kse = ke;
	}
	td->td_state = TDS_CAN_RUN;
}

// sibling_start: a bound thread on a KSE of its own that runs body(arg, frame), to end in
// sibling_end. A mailbox other than 0 is the KSE's; its memory is never looked at here.
inline thread *sibling_start(void (*body)(void *, trapframe *), void *arg, uint32_t mailbox = 0)
{
	thread *td = thread_alloc();
	kse *ke = kse_alloc();
	cpu_set_kthread(td, body, arg);
	mtx_guard pg{curthread->td_proc->p_mtx};
	mtx_guard sg{sched_lock};
	sibling_link(td, ke, curthread->td_ksegrp);
	ke->ke_mailbox = uaddr{mailbox};
	setrunqueue(td);
	return td;
}

// sibling_start_unbound: one that has no KSE and waits for curthread to lend its own.
inline thread *sibling_start_unbound(void (*body)(void *, trapframe *), void *arg)
{
	thread *td = thread_alloc();
	cpu_set_kthread(td, body, arg);
	mtx_guard pg{curthread->td_proc->p_mtx};
	mtx_guard sg{sched_lock};
	sibling_link(td, nullptr, curthread->td_ksegrp);
	setrunqueue(td);
	return td;
}

// sibling_wait: give way until condition() holds; a failure of the test after about three seconds.
template <class One>
void sibling_wait(One condition)
{
	for (int i = 0; i < 300; i++) {
		if (condition())
			return;
		(void)tsleep(&condition, PWAIT, "sibwait", 1);
	}
	selftest_fail(__FILE__, __LINE__, "what the test waits for happens");
}

// sibling_sleeps: wait until td sleeps.
inline void sibling_sleeps(thread const *td)
{
	sibling_wait([td] {
		mtx_guard g{sched_lock};
		return TD_ON_SLEEPQ(td);
	});
}

// siblings_finish: wait for the last sibling's end; curthread's process is a plain one again.
inline void siblings_finish()
{
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	while (p->p_numthreads > 1)
		(void)msleep(&sibling_ended, &p->p_mtx, PWAIT, "sibs", 2);
	kse_purge(p, curthread);
	thread_leave_kse_mode(curthread);
}
