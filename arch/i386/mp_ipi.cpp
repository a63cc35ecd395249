// SPDX-License-Identifier: BSD-2-Clause
// Interrupts between CPUs: "look again", and "stop where you are".
// After FreeBSD 5.0 i386/i386/mp_machdep.c and apic_vector.s; stopping is by NMI here.
#include <machine/smp.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sysinit.hpp>
#include <machine/cpufunc.hpp>
#include <machine/frame.hpp>
#include <machine/intr.hpp>
#include <machine/lapic.hpp>
#include <support/atomic.hpp>

namespace {

constexpr uint64_t stop_patience = 1'000'000'000;
constexpr size_t stop_depth = 32;

// What a stopped CPU leaves behind: return addresses, innermost first.
struct stopped_cpu final {
	uintptr_t sc_pcs[stop_depth];
	size_t    sc_count;
};
constinit stopped_cpu stopped[MAXCPU]{};

// stop_asked: NMIs mean "stop". stop_done: bit n: CPU n has stopped, and stopped[n] is complete.
constinit atomic<uint32_t> stop_asked{0};
constinit atomic<uint32_t> stop_done{0};

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
	uint32_t const others = other_cpus();
	// Pairs with the load in stop_nmi().
	stop_asked.store(1, order::release);
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		if ((others & 1u << cpu) != 0)
			lapic_send(pcpu_find(cpu)->pc_apicid, ipi_kind::nmi, 0);
	uint64_t const start = nanouptime();
	while ((stop_done.load(order::acquire) & others) != others &&
	    nanouptime() - start < stop_patience)
		cpu_spinwait();
}

void stop_nmi(trapframe const *frame)
{
	if (stop_asked.load(order::acquire) == 0)
		return;
	stopped_cpu &s = stopped[curcpu()];
	if (!trapframe_usermode(frame)) {
		s.sc_pcs[0] = frame->tf_eip;
		s.sc_count = 1 + stack_trace(frame->tf_ebp, &s.sc_pcs[1], stop_depth - 1);
	}
	// Pairs with the loads in stop_cpus() and cpu_stop_trace().
	stop_done.set(1u << curcpu(), order::release);
	cpu_halt();
}

bool cpu_stop_trace(uint32_t cpu, uintptr_t const **pcs, size_t *count)
{
	if ((stop_done.load(order::acquire) & 1u << cpu) == 0)
		return false;
	*pcs = stopped[cpu].sc_pcs;
	*count = stopped[cpu].sc_count;
	return true;
}
