// SPDX-License-Identifier: BSD-2-Clause
// Interrupts between CPUs: "look again", and "stop where you are".
// After FreeBSD 5.0 i386/i386/mp_machdep.c and apic_vector.s; stopping is by NMI here.
#include <machine/smp.hpp>

#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/md.hpp>
#include <kern/sysinit.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/intr.hpp>
#include <machine/lapic.hpp>
#include <support/atomic.hpp>

namespace {

// In ns; hosts of virtual CPUs have other work, too.
constexpr uint64_t stop_patience = 5'000'000'000;
constexpr size_t stop_depth = 32;

// What a stopped CPU leaves behind: return addresses, innermost first.
struct stopped_cpu final {
	uintptr_t  sc_pcs[stop_depth];
	size_t     sc_count;
	trapframe *sc_frame;            // while it stands still
};
constinit stopped_cpu stopped[MAXCPU]{};

// What an NMI means: nothing of ours, stand still until told otherwise, or for good.
enum stop_kind : uint32_t { stop_none, stop_hold, stop_halt };

// stop_asked: a stop_kind. stop_done: bit n: CPU n has stopped, and stopped[n] is complete.
// stop_spared: bit n: CPU n goes on although all stand still. stop_owed: by CPU: NMIs that were
// sent and have not come: one may come late, when nothing is asked any more.
constinit atomic<uint32_t> stop_asked{stop_none};
constinit atomic<uint32_t> stop_done{0};
constinit atomic<uint32_t> stop_spared{0};
constinit atomic<uint32_t> stop_owed[MAXCPU]{};

// The interrupt itself is the message: on the way back to user mode ke_flags are looked at, and a
// halted CPU goes on to look at the run queue.
void ast_interrupt(void *, trapframe *)
{
	lapic_eoi();
}

void ipi_setup(void *)
{
	if (intr_set_vector(IDT_IPI_AST, ast_interrupt, nullptr) != OK)
		panic("the vector for interrupts between CPUs is taken");
}
SYSINIT(ipi, SI_SUB_SMP, SI_ORDER_FIRST, ipi_setup, nullptr);

uint32_t other_cpus()
{
	return ((1u << mp_ncpus) - 1) & ~(1u << curcpu());
}

void stop_others(stop_kind kind)
{
	uint32_t const others = other_cpus();
	// Pairs with the loads in stop_nmi().
	stop_asked.store(kind, order::release);
	// Not to those that stand still: it would come when they have gone on.
	uint32_t const missing = others & ~stop_done.load(order::acquire);
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		if ((missing & 1u << cpu) == 0)
			continue;
		stop_owed[cpu].add(1, order::relaxed);
		lapic_send(pcpu_find(cpu)->pc_apicid, ipi_kind::nmi, 0);
	}
	uint64_t const start = nanouptime();
	while ((stop_done.load(order::acquire) & others) != others &&
	    nanouptime() - start < stop_patience)
		cpu_spinwait();
}

}

void ipi_send(uint32_t cpu, uint32_t vector)
{
	KASSERT(cpu < mp_ncpus && cpu != curcpu(), "interrupt for CPU %u of %u, from %u", cpu,
	    mp_ncpus, curcpu());
	lapic_send(pcpu_find(cpu)->pc_apicid, ipi_kind::fixed, vector);
}

void cpu_wake(uint32_t cpu)
{
	ipi_send(cpu, IDT_IPI_AST);
}

void cpu_ast_notify(kse *ke)
{
	// This CPU itself looks at the flags when it leaves the kernel.
	if (ke->ke_oncpu != NOCPU && ke->ke_oncpu != curcpu())
		ipi_send(ke->ke_oncpu, IDT_IPI_AST);
}

void stop_cpus()
{
	// Those that stand still already see the new kind and stay for good.
	stop_others(stop_halt);
}

void kdb_stop_cpus()
{
	if (!kdb_cpus_stand())
		stop_others(stop_hold);
}

bool kdb_cpus_stand()
{
	// Pairs with the release in stop_nmi().
	uint32_t const others = other_cpus();
	return (stop_done.load(order::acquire) & others) == others;
}

void kdb_resume_cpus()
{
	if (stop_asked.load(order::relaxed) != stop_hold)
		return;
	// Pairs with the load in stop_nmi(): memory and the points to stop at are as they shall be.
	stop_asked.store(stop_none, order::release);
	while (stop_done.load(order::acquire) != 0)
		cpu_spinwait();
}

void kdb_resume_cpu(uint32_t cpu)
{
	uint32_t const bit = 1u << cpu;
	// Pairs with the load in stop_nmi().
	stop_spared.store(bit, order::release);
	while ((stop_done.load(order::acquire) & bit) != 0)
		cpu_spinwait();
	stop_spared.store(0, order::relaxed);
}

bool stop_nmi(trapframe *frame)
{
	atomic<uint32_t> &owed = stop_owed[curcpu()];
	bool const ours = owed.load(order::relaxed) != 0;
	if (ours)
		owed.sub(1, order::relaxed);
	if (stop_asked.load(order::acquire) == stop_none)
		return ours;
	uint32_t const bit = 1u << curcpu();
	stopped_cpu &s = stopped[curcpu()];
	s.sc_count = stack_trace_frame(frame, s.sc_pcs, stop_depth);
	// A CPU that waits for its turn in the debugger shows where it stopped, not that it waits.
	trapframe *const first = kdb_waiting_frame(curcpu());
	s.sc_frame = first != nullptr ? first : frame;
	// Pairs with the loads in stop_others() and cpu_stop_trace().
	stop_done.set(bit, order::release);
	while (stop_asked.load(order::acquire) == stop_hold &&
	    (stop_spared.load(order::acquire) & bit) == 0)
		cpu_spinwait();
	if (stop_asked.load(order::acquire) == stop_halt)
		cpu_halt();
	s.sc_frame = nullptr;
	kdb_load_points();
	// Pairs with the loads in kdb_resume_cpus() and kdb_resume_cpu().
	stop_done.clear(bit, order::release);
	return true;
}

void stop_await(trapframe *frame)
{
	for (;;) {
		(void)stop_nmi(frame);
		cpu_spinwait();
	}
}

trapframe *stop_frame(uint32_t cpu)
{
	return (stop_done.load(order::acquire) & 1u << cpu) != 0 ? stopped[cpu].sc_frame : nullptr;
}

bool cpu_stop_trace(uint32_t cpu, uintptr_t const **pcs, size_t *count)
{
	if ((stop_done.load(order::acquire) & 1u << cpu) == 0)
		return false;
	*pcs = stopped[cpu].sc_pcs;
	*count = stopped[cpu].sc_count;
	return true;
}
