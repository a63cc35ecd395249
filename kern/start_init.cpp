// SPDX-License-Identifier: BSD-2-Clause
// Process 1: the kernel makes it by hand, and it runs init.
// After FreeBSD 5.0 init_main.c, create_init() and start_init().
#include <kern/cmdline.hpp>
#include <kern/imgact.hpp>
#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <kern/signalvar.hpp>
#include <kern/sysinit.hpp>
#include <kern/vnode.hpp>
#include <machine/pcpu.hpp>

static Errno run_program(thread *td, char const *path)
{
	vnode const *vp = TRY(namei(path, "/"));
	exec_args args;
	TRY(args.add_argument(path));
	return kern_execve(td, *vp, args);
}

// start_init: first function of process 1. It ends in user mode, with no files open.
static void start_init(void *, trapframe *frame)
{
	char const *path = cmdline_get("init");
	if (path == nullptr)
		path = "/sbin/init";
	Errno const error = run_program(curthread, path);
	if (error != OK)
		panic("no first process: %s: error %d", path, static_cast<int>(error));
	userret(curthread, frame);
}

static void create_init(void *)
{
	proc *p = *proc_alloc(&thread0);
	thread *td = p->p_threads.first();

	p->p_fd = fdinit();
	td->td_base_pri = PUSER;
	td->td_priority = PUSER;
	cpu_set_kthread(td, start_init, nullptr);
	initproc = p;
	mtx_guard tree{proctree_lock};
	proc_insert(p, &proc0, 1);
	proc_start(p);
}
SYSINIT(init, SI_SUB_INIT, SI_ORDER_ANY, create_init, nullptr);
