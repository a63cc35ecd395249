// SPDX-License-Identifier: BSD-2-Clause
// The process tables: making, finding, publishing and reaping processes; process 0.
// After FreeBSD 5.0 kern_proc.c; a process is allocated whole and becomes visible in one step.
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>

// Process 0 and what runs it: the machine's start-up code, which then sleeps for ever.
extern proc proc0;
extern ksegrp ksegrp0;
extern kse kse0;
extern thread thread0;

// initproc: process 1, the heir of orphans; null before it is made. Set once.
extern proc *initproc;

// proctree_lock: the process tables and who is whose child. Outermost but for Giant; a proc found
// under it stays where it is until it is released.
extern mtx proctree_lock;

using proclist = tailq<proc, &proc::p_list>;
extern proclist allproc GUARDED_BY(proctree_lock);     // PRS_NEW and PRS_NORMAL, oldest first
extern proclist zombproc GUARDED_BY(proctree_lock);    // PRS_ZOMBIE, not yet waited for

// maxproc: most processes, zombies and process 0 included (kern.maxproc).
extern int maxproc;

// The largest process number; then numbering starts again behind those of the long-lived ones.
inline constexpr int PID_MAX = 99999;

// proc0_init: tie process 0 together around thread0, as the running thread. By the machine's
// start-up code, before anything that looks at curthread's process.
void proc0_init();

// proc_alloc: a new process with one group, one KSE and one thread, PRS_NEW, in no table. It has
// the credential, the scheduling parameters and the signal mask of td's process; address space and
// files are the caller's to add.
//   errors       EAGAIN at maxproc
//   locks        none but Giant; may sleep
result<proc *> proc_alloc(thread *td);

// proc_free: give back a process that is in no table, with all that proc_alloc made. It is a
// zombie, or never ran. Thread context, no locks but Giant.
void proc_free(proc *p);

// proc_insert: put p into the tables as a child of `parent`. pid 0: the next free number.
void proc_insert(proc *p, proc *parent, int pid) REQUIRES(proctree_lock);

// proc_start: p, in the tables and complete, becomes PRS_NORMAL and its thread runnable.
void proc_start(proc *p) EXCLUDES(sched_lock);

// proc_bury: p's last thread has nothing left to do: allproc to zombproc, children to init.
void proc_bury(proc *p) REQUIRES(proctree_lock);

// proc_reparent: p becomes a child of `parent`.
void proc_reparent(proc *p, proc *parent) REQUIRES(proctree_lock) EXCLUDES(sched_lock);

// proc_reap: p, a zombie, leaves the tables and is freed.
void proc_reap(proc *p) EXCLUDES(proctree_lock);

// pfind: the process with that number, not a zombie and not half made; null when there is none.
// zpfind: the zombie with that number, or null.
proc *pfind(int pid) REQUIRES(proctree_lock);
proc *zpfind(int pid) REQUIRES(proctree_lock);

// proc_is_kernel: whether p never enters user mode.
inline bool proc_is_kernel(proc const *p) { return (p->p_flag & P_SYSTEM) != 0; }

// kproc_create: a process of the kernel's own, running func(arg) at priority `pri`; it ends by
// returning. Null never; panics at maxproc, which at boot is not reached.
proc *kproc_create(char const *name, uint8_t pri, void (*func)(void *), void *arg);
