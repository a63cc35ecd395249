// SPDX-License-Identifier: BSD-2-Clause
// Processes of the kernel's own, their numbers, and the table of system calls.
// Written for Kestrel.
#include <kern/kern_proc.hpp>
#include <kern/selftest.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <machine/pcpu.hpp>

namespace {

void note_pid(void *arg)
{
	*static_cast<int *>(arg) = curthread->td_proc->p_pid;
}

void sleep_some(void *arg)
{
	note_pid(arg);
	(void)tsleep(arg, PWAIT, "sometime", 3);
}

bool is_known(int pid)
{
	mtx_guard g{proctree_lock};
	return pfind(pid) != nullptr || zpfind(pid) != nullptr;
}

}

SELFTEST(kthreads_have_numbers_of_their_own_until_they_are_joined)
{
	int pids[3]{};
	kthread_handle *handles[3];
	for (int i = 0; i < 3; i++)
		handles[i] = kthread_run("numbered", note_pid, &pids[i]);
	for (kthread_handle *handle : handles)
		kthread_join(handle);
	for (int i = 0; i < 3; i++) {
		EXPECT(pids[i] > 1);
		EXPECT(pids[i] != pids[(i + 1) % 3]);
		EXPECT(!is_known(pids[i]));
	}
}

SELFTEST(kthread_join_waits_for_the_end)
{
	int pid = 0;
	kthread_handle *handle = kthread_run("sleeper", sleep_some, &pid);
	int const before = ticks;
	kthread_join(handle);
	EXPECT(ticks - before >= 2);
	EXPECT(!is_known(pid));
}

SELFTEST(proc_alloc_refuses_at_maxproc_and_forgets_the_attempt)
{
	int const most = maxproc;
	maxproc = 1;
	EXPECT(proc_alloc(curthread).error() == EAGAIN);
	maxproc = most;
	auto made = proc_alloc(curthread);
	EXPECT(made.has_value());
	if (made)
		proc_free(*made);
}

SELFTEST(psignal_leaves_kernel_processes_alone)
{
	proc *p = curthread->td_proc;
	mtx_guard g{p->p_mtx};
	psignal(p, SIGKILL);
	psignal(p, SIGSTOP);
	EXPECT_EQ(0, cursig(curthread));
	EXPECT(!SIGPENDING(p));
}

SELFTEST(sysent_answers_for_every_number)
{
	EXPECT(sysent_lookup(20).call != nullptr);
	EXPECT_EQ(8, sysent_lookup(197).words);
	EXPECT(sysent_lookup(383).mpsafe);
	EXPECT(!sysent_lookup(2).mpsafe);
	for (uint32_t number : {0u, 8u, 384u, 1000u, 0x80000014u, 0xffffffffu})
		EXPECT(sysent_lookup(number).call == nullptr);
}
