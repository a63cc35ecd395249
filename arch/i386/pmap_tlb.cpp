// SPDX-License-Identifier: BSD-2-Clause
// Translation caches: requests to other CPUs to forget, and waiting for their answers.
// After FreeBSD 5.0 i386/i386/mp_machdep.c, smp_tlb_shootdown(); a mailbox for each pair of CPUs.
#include <machine/pmap_tlb.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/proc.hpp>
#include <kern/shutdown.hpp>
#include <kern/sysinit.hpp>
#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>
#include <machine/lapic.hpp>
#include <machine/pcpu.hpp>
#include <machine/pmap_int.hpp>
#include <machine/smp.hpp>
#include <support/atomic.hpp>
#include <vm/pmap.hpp>

namespace {

// Beyond this many pages everything is forgotten at once.
constexpr size_t single_most = 32;
// A CPU that does not answer for so long is lost: what it spins on will not come.
constexpr uint64_t patience = 60'000'000'000;

// One request, on its sender's stack: pages from `start` on; none: all.
struct tlb_request final {
	vaddr  start;
	size_t pages;
};

// requests[to][from]: set by `from`, cleared by `to` when it has forgotten. A CPU has one request
// under way at most: it waits for all answers, and its interrupt handlers send none.
constinit atomic<tlb_request const *> requests[MAXCPU][MAXCPU]{};

void forget(tlb_request const &request)
{
	if (request.pages == 0) {
		load_cr3(rcr3());
		return;
	}
	for (size_t i = 0; i < request.pages; i++)
		invlpg(to_word(request.start + i * page_size));
}

// answer: all that other CPUs want of this one.
void answer()
{
	uint32_t const self = curcpu();
	for (uint32_t from = 0; from < MAXCPU; from++) {
		// Pairs with the store in ask().
		tlb_request const *request = requests[self][from].load(order::acquire);
		if (request == nullptr)
			continue;
		forget(*request);
		// Pairs with the load in await(): the request is not read any more.
		requests[self][from].store(nullptr, order::release);
	}
}

void tlb_interrupt(void *, trapframe *)
{
	lapic_eoi();
	answer();
}

void tlb_setup(void *)
{
	if (intr_set_vector(IDT_IPI_TLB, tlb_interrupt, nullptr) != OK)
		panic("the vector for translation cache requests is taken");
}
SYSINIT(tlb, SI_SUB_SMP, SI_ORDER_FIRST, tlb_setup, nullptr);

// await: until every CPU in `asked` has answered.
void await(uint32_t asked)
{
	uint32_t const self = curcpu();
	uint64_t const start = nanouptime();
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		if ((asked & 1u << cpu) == 0)
			continue;
		while (requests[cpu][self].load(order::acquire) != nullptr && !panicking) {
			if (nanouptime() - start > patience)
				panic("CPU %u does not forget translations", cpu);
			cpu_spinwait();
		}
	}
}

void ask(uint32_t cpus, tlb_request const &request)
{
	KASSERT(curthread->td_critnest == 0 && intr_enabled() && get_pcpu()->pc_intr_nesting == 0,
	    "translations of CPUs %#x invalidated at critical depth %u", cpus,
	    curthread->td_critnest);
	uint32_t const self = curcpu();
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		if ((cpus & 1u << cpu) == 0)
			continue;
		// Pairs with the load in answer().
		requests[cpu][self].store(&request, order::release);
		ipi_send(cpu, IDT_IPI_TLB);
	}
	await(cpus);
}

void invalidate(pmap const &pm, tlb_request const &request)
{
	if (&pm == &kernel_pmap || get_pcpu()->pc_pmap == &pm)
		forget(request);
	if (mp_ncpus == 1 || panicking)
		return;
	// The page table is written before pm_active is read; a CPU that comes to it later sets its
	// bit before it reads the table (pmap_switch). So one of the two sees the other.
	atomic_fence();
	uint32_t const others = pmap_active(pm) & ~(1u << curcpu());
	if (others != 0)
		ask(others, request);
}

}

void pmap_invalidate(pmap const &pm, vaddr at)
{
	invalidate(pm, {at, 1});
}

void pmap_invalidate_range(pmap const &pm, vaddr start, size_t pages)
{
	invalidate(pm, {start, pages <= single_most ? pages : 0});
}

void pmap_invalidate_all(pmap const &pm)
{
	invalidate(pm, {{}, 0});
}

void pmap_invalidate_local(pmap const &pm, vaddr at)
{
	if (&pm == &kernel_pmap || get_pcpu()->pc_pmap == &pm)
		invlpg(to_word(at));
}

uint32_t pmap_active(pmap const &pm)
{
	if (&pm == &kernel_pmap)
		return (1u << mp_ncpus) - 1;
	return pm.pm_active.load(order::relaxed);
}

void pmap_switch(pmap &next)
{
	pcpu *pc = get_pcpu();
	pmap *last = pc->pc_pmap;
	if (last == &next)
		return;
	uint32_t const self = 1u << pc->pc_cpuid;
	// In this order: see invalidate(). Loading CR3 empties the cache.
	next.pm_active.set(self, order::seq_cst);
	load_cr3(pmap_cr3(next));
	last->pm_active.clear(self, order::release);
	pc->pc_pmap = &next;
}
