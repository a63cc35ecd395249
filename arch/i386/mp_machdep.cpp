// SPDX-License-Identifier: BSD-2-Clause
// Starting the other CPUs, and what a CPU does first.
// After FreeBSD 5.0 i386/i386/mp_machdep.c; each CPU starts on its idle thread, at once.
#include <machine/smp.hpp>

#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <kern/shutdown.hpp>
#include <kern/sysinit.hpp>
#include <machine/cpufunc.hpp>
#include <machine/firmware.hpp>
#include <machine/intr.hpp>
#include <machine/lapic.hpp>
#include <machine/npx.hpp>
#include <machine/pcb.hpp>
#include <machine/pmap_int.hpp>
#include <machine/segments.hpp>
#include <support/atomic.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

// A CPU's way into the system; all of it one CPU at a time:
//
//   boot CPU                                the other CPU
//   mpboot_cr3, _stack, _cpu; INIT, STARTUP
//   waits for mp_ncpus                      mpboot.S: paging, the stack of its idle thread
//     .                                     mp_ap_main: descriptors, FPU, local APIC, clock
//     .                                     idle_join: under sched_lock, mp_ncpus one more
//   goes on with the next                   idle loop
//
// One that does not come in time is reset, and waits for a startup that never comes.

// mp_ap_main: from mpboot.S, interrupts off, on the stack of this CPU's idle thread.
extern "C" [[noreturn]] void mp_ap_main(uint32_t cpu);

extern "C" {
// What the boot CPU hands over.
constinit uint32_t mpboot_cr3{};
constinit uint32_t mpboot_stack{};
constinit uint32_t mpboot_cpu{};
}

constinit uint32_t mp_ncpus = 1;
constinit uint32_t mp_found = 1;

namespace {

extern "C" char const mpboot_start[], mpboot_end[];

constexpr uint64_t ms = 1'000'000;
constexpr uint64_t init_wait = 10 * ms;         // from reset to startup, by Intel's manual
constexpr uint64_t second_startup = 50 * ms;    // a lost startup is sent again, once
constexpr uint64_t patience = 5000 * ms;        // hosts of virtual CPUs have other work, too

// Local APIC numbers of the other CPUs that were found.
constinit cpu_list others{};

void wait_ns(uint64_t ns)
{
	uint64_t const start = nanouptime();
	while (nanouptime() - start < ns)
		cpu_spinwait();
}

uint32_t running_cpus()
{
	// Pairs with the release of sched_lock in idle_join().
	return __atomic_load_n(&mp_ncpus, __ATOMIC_ACQUIRE);
}

// arrives: whether one more CPU runs before `ns` have passed.
bool arrives(uint32_t before, uint64_t ns)
{
	uint64_t const start = nanouptime();
	while (running_cpus() == before) {
		if (nanouptime() - start >= ns)
			return false;
		cpu_spinwait();
	}
	return true;
}

// prepare: everything that CPU `cpu` finds when it comes. Its idle thread is not entered by a
// switch: nothing is held.
void prepare(uint32_t cpu)
{
	thread *td = pcpu_find(cpu)->pc_idlethread;
	td->td_critnest = 0;
	pcpu_find(cpu)->pc_curthread = td;
	pcpu_find(cpu)->pc_curpcb = td->td_pcb;
	mpboot_cpu = cpu;
	mpboot_cr3 = pmap_cr3(kernel_pmap);
	mpboot_stack = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(td->td_frame));
}

bool start_cpu(uint32_t apicid)
{
	uint32_t const cpu = mp_ncpus;
	prepare(cpu);
	lapic_send(apicid, ipi_kind::init, 0);
	wait_ns(init_wait);
	lapic_send(apicid, ipi_kind::startup, to_word(mpboot_page) >> page_shift);
	if (arrives(cpu, second_startup))
		return true;
	lapic_send(apicid, ipi_kind::startup, to_word(mpboot_page) >> page_shift);
	if (arrives(cpu, patience))
		return true;
	lapic_send(apicid, ipi_kind::init, 0);
	pcpu_find(cpu)->pc_curthread = nullptr;
	return false;
}

// mp_start: every CPU that was found. In thread0, with the clock running, before anything else runs
// that could want another CPU's translations changed.
void mp_start(void *)
{
	if (others.cl_count == 0)
		return;
	memcpy(to_pointer<char>(phys_to_dmap(mpboot_page)), mpboot_start,
	    static_cast<size_t>(mpboot_end - mpboot_start));
	stop_other_cpus = stop_cpus;
	for (uint32_t i = 0; i < others.cl_count; i++)
		if (!start_cpu(others.cl_apicids[i]))
			printf("smp: the CPU with APIC number %u does not start\n",
			    others.cl_apicids[i]);
	printf("smp: %u CPUs run\n", mp_ncpus);
}
SYSINIT(mp_start, SI_SUB_SMP, SI_ORDER_ANY, mp_start, nullptr);

// count: the CPUs other than this one.
void count(cpu_list const &all)
{
	uint32_t const self = cpuid(1).ebx >> 24;       // initial number of the local APIC
	for (uint32_t i = 0; i < all.cl_count; i++)
		if (all.cl_apicids[i] != self && others.cl_count < MAXCPU - 1)
			others.add(all.cl_apicids[i]);
	mp_found = others.cl_count + 1;
	if (all.cl_ignored != 0)
		printf("smp: %u CPUs beyond %u are not used\n", all.cl_ignored, MAXCPU);
}

}

void mp_find()
{
	if (cmdline_get("smp") != nullptr && !cmdline_flag("smp"))
		return;
	// Without a time stamp counter only the boot CPU can tell the time.
	if (!lapic_usable() || (cpuid(1).edx & CPUID_TSC) == 0)
		return;
	cpu_list all{};
	if (!acpi_find_cpus(all)) {
		all = {};
		if (!mptable_find_cpus(all))
			return;
	}
	count(all);
}

void mp_ap_main(uint32_t cpu)
{
	segments_init(cpu);
	get_pcpu()->pc_pmap = &kernel_pmap;
	tss_set_esp0(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(
	    get_pcpu()->pc_curpcb)) - PCB_FRAME_GAP);
	npx_init();
	lapic_init_ap();
	lapic_timer_start_ap();
	idle_join();
}
