// SPDX-License-Identifier: BSD-2-Clause
// Processes of the kernel's own: no address space, no files, one thread each.
// After FreeBSD 5.0 kern_kthread.c: kthread_create() made processes then, too.
#include <kern/kern_proc.hpp>

#include <kern/kassert.hpp>
#include <kern/malloc.hpp>
#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <machine/pcpu.hpp>

#include <string.h>

// Where a kernel process starts, kept until it has begun.
struct kproc_start final {
	void (*func)(void *);
	void  *arg;
};

// kproc_main: first function of every kernel process; what it starts ends by returning.
[[noreturn]] static void kproc_main(void *arg, trapframe *)
{
	auto *given = static_cast<kproc_start *>(arg);
	kproc_start const start = *given;
	kfree(given);
	start.func(start.arg);
	exit1(curthread, 0);
}

proc *kproc_create(char const *name, uint8_t pri, void (*func)(void *), void *arg)
{
	auto made = proc_alloc(&thread0);
	if (!made)
		panic("kproc_create: no process left for %s", name);
	proc *p = *made;
	thread *td = p->p_threads.first();
	auto *start = static_cast<kproc_start *>(kmalloc(sizeof(kproc_start), M_WAITOK));

	*start = {func, arg};
	p->p_flag = P_SYSTEM | P_KTHREAD;
	strlcpy(p->p_comm, name, sizeof p->p_comm);
	td->td_base_pri = pri;
	td->td_priority = pri;
	cpu_set_kthread(td, kproc_main, start);
	mtx_guard tree{proctree_lock};
	proc_insert(p, &proc0, 0);
	proc_start(p);
	return p;
}

// The handle is the process itself: children of process 0 stay zombies until they are joined.
static proc *handle_proc(kthread_handle *handle)
{
	return reinterpret_cast<proc *>(handle);
}

kthread_handle *kthread_run(char const *name, void (*func)(void *), void *arg)
{
	return reinterpret_cast<kthread_handle *>(kproc_create(name, PUSER, func, arg));
}

void kthread_join(kthread_handle *handle)
{
	proc *p = handle_proc(handle);
	{	mtx_guard g{proctree_lock};
		// The end of a child wakes its parent; msleep cannot fail without PCATCH.
		while (p->p_state != PRS_ZOMBIE)
			(void)msleep(&proc0, &proctree_lock, PWAIT, "kthjoin", 0);
	}
	proc_reap(p);
}
