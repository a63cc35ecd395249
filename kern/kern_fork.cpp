// SPDX-License-Identifier: BSD-2-Clause
// fork: a second process like the first, with one thread.
// After FreeBSD 5.0 kern_fork.c.
#include <kern/kern_descrip.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
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
			return thread_begin_again();
		began_ = true;
		return OK;
	}

private:
	proc *p_;
	bool  began_{};
};

// begin_life: p2, complete, becomes a child of td's process that runs; its number. ERESTART: there
// is a signal that ends or stops the parent. It may have come for the group, in which there was no
// p2 yet, so p2 shall not be. Signals to groups hold the same lock.
static result<int> begin_life(thread *td, proc *p2)
{
	proc *p1 = td->td_proc;
	mtx_guard tree{proctree_lock};
	{	mtx_guard g{p1->p_mtx};
		if (sig_ends_or_stops(p1))
			return fail(thread_begin_again());
	}
	proc_insert(p2, p1, 0);
	{	mtx_guard g{sched_lock};
		sched_fork(td->td_ksegrp, p2->p_threads.first()->td_ksegrp);
	}
	KTR(KTR_PROC, "fork", "process {pid} makes process {child}", p1->p_pid, p2->p_pid);
	proc_start(p2);
	return p2->p_pid;       // it cannot be gone: that takes proctree_lock
}

// fork1: the child of td's process, complete and runnable; its number. EAGAIN, ENOMEM, ERESTART.
static result<int> fork1(thread *td)
{
	proc *p1 = td->td_proc;
	proc *p2 = TRY(proc_alloc(td));
	auto const vm = vmspace_fork(*p1->p_vmspace);
	if (!vm) {
		proc_free(p2);
		return fail(vm.error());
	}
	p2->p_vmspace = *vm;
	p2->p_fd = fdcopy(*p1->p_fd);
	cpu_fork(td, p2, p2->p_threads.first());
	auto const pid = begin_life(td, p2);
	if (!pid) {
		fdfree(p2->p_fd);
		p2->p_fd = nullptr;
		vmspace_free(p2->p_vmspace);
		p2->p_vmspace = nullptr;
		proc_free(p2);
	}
	return pid;
}

// fork: a copy of the calling process, in which only the calling thread exists, bound, outside KSE
// mode.
//   result   the child's number, and 0; in the child 0 and 1
//   errors   EAGAIN kern.maxproc reached; ENOMEM. Begun again after a signal that stops the process
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
