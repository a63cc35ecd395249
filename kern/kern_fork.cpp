// SPDX-License-Identifier: BSD-2-Clause
// fork: a second process like the first, with one thread.
// After FreeBSD 5.0 kern_fork.c.
#include <kern/kern_descrip.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <vm/vm_map.hpp>

// standstill: while it lasts, the other threads of a KSE process stand still. Whatever way the
// block is left, they go on.
class standstill final {
public:
	explicit standstill(proc *p) : p_{p} {}
	~standstill()
	{
		if (!began_)
			return;
		mtx_guard g{p_->p_mtx};
		thread_single_end();
	}
	standstill(standstill const &) = delete;
	standstill &operator=(standstill const &) = delete;

	// begin: ERESTART: another thread is stopping or ending the process.
	Errno begin()
	{
		mtx_guard g{p_->p_mtx};
		if ((p_->p_flag & P_KSES) == 0)
			return OK;
		if (thread_single(SINGLE_NO_EXIT) != OK)
			return ERESTART;
		began_ = true;
		return OK;
	}

private:
	proc *p_;
	bool  began_{};
};

// fork1: the child of td's process, complete and runnable; its number. EAGAIN, ENOMEM.
static result<int> fork1(thread *td)
{
	proc *p1 = td->td_proc;
	proc *p2 = TRY(proc_alloc(td));
	auto const vm = vmspace_fork(*p1->p_vmspace);
	if (!vm) {
		proc_free(p2);
		return fail(vm.error());
	}
	thread *td2 = p2->p_threads.first();
	p2->p_vmspace = *vm;
	p2->p_fd = fdcopy(*p1->p_fd);
	cpu_fork(td, p2, td2);
	proc_insert(p2, p1, 0);
	{	mtx_guard g{sched_lock};
		sched_fork(td->td_ksegrp, td2->td_ksegrp);
	}
	// Once it runs it may be gone at any time.
	int const pid = p2->p_pid;
	CTR3(KTR_PROC, "fork: process %d thread %p makes process %d", p1->p_pid, td, pid);
	proc_start(p2);
	return pid;
}

// fork: a copy of the calling process, in which only the calling thread exists, bound, outside KSE
// mode.
//   result   the child's number, and 0; in the child 0 and 1
//   errors   EAGAIN kern.maxproc reached; ENOMEM
//   locks    Giant held; takes p_mtx, proctree_lock
//   source   ours: the standstill ends on every path
Errno sys_fork(thread *td, fork_args const &)
{
	standstill still{td->td_proc};
	TRY(still.begin());
	int const pid = TRY(fork1(td));
	td->td_retval[0] = static_cast<uint32_t>(pid);
	td->td_retval[1] = 0;
	return OK;
}
