// SPDX-License-Identifier: BSD-2-Clause
// Per-CPU data, reached through %fs: curthread, curpcb and what one CPU alone may touch.
// After FreeBSD 5.0 sys/i386/include/pcpu.h; a plain struct instead of generated accessors.
#pragma once

#include <kern/config.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

struct thread;
struct pcb;
struct pmap;

// MAXCPU: most processors, the size of all per-CPU arrays.
inline constexpr uint32_t MAXCPU = config::max_cpus;

// One per CPU, at %fs:0 while that CPU runs kernel code. A field is written by its own CPU with
// interrupts off (sched_lock is held across a switch); other CPUs may look at a stale value. What
// describes the running thread changes under sched_lock only. On cache lines of its own.
struct alignas(64) pcpu final {
	pcpu     *pc_self;              // address of this struct, for get_pcpu()
	thread   *pc_curthread;         // the thread that runs here; never null after boot
	pcb      *pc_curpcb;            // its saved-register area
	thread   *pc_idlethread;        // runs when nothing else can
	thread   *pc_deadthread;        // a thread that ended here; its successor buries it (D-21)
	thread   *pc_fpcurthread;       // whose state the FPU holds, or null
	uint32_t  pc_cpuid;             // index in cpu_data
	uint32_t  pc_intr_nesting;      // interrupt handlers that are active here
	uint64_t  pc_switchtime;        // nanouptime() of the last switch
	uint32_t  pc_switchticks;       // ticks at the last switch
	uint32_t  pc_kernel_panicking;  // this CPU is inside panic(): locks and checks give way
	uint32_t  pc_apicid;            // local APIC's number of this CPU
	pmap     *pc_pmap;              // address space that CR3 holds; null: still start-up's
	uint32_t  pc_hardclocks;        // clock interrupts taken here
};

static_assert(std::is_standard_layout_v<pcpu>);
static_assert(offsetof(pcpu, pc_self) == 0);
static_assert(offsetof(pcpu, pc_curthread) == 4);

// cpu_data: all CPUs' structs, by pc_cpuid. mp_ncpus: how many of them run, the first of cpu_data;
// at least 1, grows during start-up, under sched_lock. mp_found: how many there may come to be.
extern pcpu cpu_data[MAXCPU];
extern uint32_t mp_ncpus;
extern uint32_t mp_found;

// pcpu_find: the struct of CPU `cpu`, below mp_ncpus.
inline pcpu *pcpu_find(uint32_t cpu)
{
	return &cpu_data[cpu];
}

// get_pcpu: the struct of the CPU that runs this. It stays that of this CPU only while nothing can
// switch: interrupts off, or inside a critical section. Volatile: read again after each switch.
inline pcpu *get_pcpu()
{
	pcpu *pc;
	asm volatile("movl %%fs:0, %0" : "=r"(pc));
	return pc;
}

// curcpu: number of the CPU that runs this; same caveat as get_pcpu().
inline uint32_t curcpu()
{
	return get_pcpu()->pc_cpuid;
}

// curthread: the thread that runs this. Not volatile: a thread that was switched out and comes
// back, on whichever CPU, finds the same value. One instruction, so no switch can come in between.
inline thread *curthread_get()
{
	thread *td;
	asm("movl %%fs:%c1, %0" : "=r"(td) : "i"(offsetof(pcpu, pc_curthread)));
	return td;
}
#define curthread (curthread_get())
