// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: the rings, recording without locks, and the walk through what was recorded.
// After FreeBSD's kern_ktr.c; a ring for each CPU instead of one for all.
#include <kern/ktr.hpp>

#include <kern/config.hpp>
#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>
#include <support/bits.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_kern.hpp>

constinit uint32_t ktr_mask{};
constinit ktr_header ktr_head{ktr_magic, 0, 0, sizeof(ktr_entry), 0, &cpu_tick_rate, {}};

namespace {

// Events that each ring holds, a power of two. Constant once the rings are there.
constinit int ktr_entries{1024};
constexpr int entries_least = 16;
constexpr int entries_most = 1 << 20;

// Written by whoever traces before there are rings, and read by nobody.
constinit ktr_entry nowhere{};

Errno make_rings()
{
	auto const bytes = static_cast<size_t>(ktr_entries) * sizeof(ktr_entry);
	size_t const pages = round_page(bytes) / page_size;

	ktr_head.kh_cpus = mp_found;
	ktr_head.kh_entries = static_cast<uint32_t>(ktr_entries);
	ktr_head.kh_pdir = pmap_cr3(kernel_pmap);
	for (uint32_t cpu = 0; cpu < mp_found; cpu++) {
		ktr_ring &r = ktr_head.kh_rings[cpu];
		if (r.kr_slots.load(order::relaxed) != nullptr)
			continue;
		auto *const slots = to_pointer<ktr_entry>(TRY(kmem_alloc(pages)));
		for (int i = 0; i < ktr_entries; i++)
			slots[i].ke_type = nullptr;
		// Pairs with the load in ktr_reserve: the slots are clear before anyone uses them.
		r.kr_slots.store(slots, order::release);
	}
	return OK;
}

// debug.ktr.mask: the rings are made when somebody first wants events, in thread context.
Errno sysctl_mask(sysctl_oid const &, sysctl_req &req)
{
	uint32_t mask = ktr_mask;

	TRY(sysctl_out(req, &mask, sizeof(mask)));
	if (req.newp == uaddr{})
		return OK;
	if (req.newlen != sizeof(mask))
		return EINVAL;
	TRY(sysctl_in(req, &mask, sizeof(mask)));
	// The command line comes before the rings can be made: ktr_startup does it then.
	if (mask != 0 && req.td != nullptr)
		TRY(make_rings());
	bool const begins = ktr_mask == 0 && mask != 0;
	TRY(ktr_set_mask(mask));
	if (begins && req.td != nullptr)
		ktr_state();
	return OK;
}

SYSCTL_PROC(ktr_mask_oid, "debug.ktr.mask", "Classes of events that are recorded",
    sysctl_type::integer, sysctl_access::rwtun, sysctl_mask);
SYSCTL_INT(ktr_entries_oid, "debug.ktr.entries", "Events each CPU keeps", ktr_entries,
    sysctl_access::tun, entries_least, entries_most);

void ktr_startup(void *)
{
	while (!is_power_of_two(static_cast<uint32_t>(ktr_entries)))
		ktr_entries++;
	// DEBUG kernels are ready to trace at any time, without memory to be found first.
	if ((ktr_mask == 0 && !config::invariants) || make_rings() == OK)
		return;
	printf("ktr: no memory for %d events a CPU\n", ktr_entries);
	if (ktr_set_mask(0) != OK)
		printf("ktr: nor can events be switched off\n");
}
SYSINIT(ktr, SI_SUB_VM, SI_ORDER_FIRST, ktr_startup, nullptr);

// The first structures, once the process table has them.
void ktr_first_state(void *)
{
	if (ktr_mask != 0)
		ktr_state();
}
SYSINIT(ktr_state, SI_SUB_CLOCKS, SI_ORDER_FIRST, ktr_first_state, nullptr);

// load_event: event `number` of a ring; false when it was overwritten or is being written.
bool load_event(ktr_ring const &r, uint32_t number, ktr_entry *event)
{
	ktr_entry const *const slots = r.kr_slots.load(order::acquire);

	if (slots == nullptr)
		return false;
	ktr_entry const &slot = slots[number & (ktr_head.kh_entries - 1)];
	// Pairs with the release in ktr_event, and the second look with the fence in ktr_reserve.
	ktr_type const *const type = __atomic_load_n(&slot.ke_type, __ATOMIC_ACQUIRE);
	*event = slot;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	event->ke_type = __atomic_load_n(&slot.ke_type, __ATOMIC_RELAXED);
	return type != nullptr && event->ke_type == type &&
	    r.kr_next.load(order::acquire) - number <= ktr_head.kh_entries;
}

}

Errno ktr_set_mask(uint32_t mask)
{
	struct {
		uint32_t mask;
		Errno    error;
	} change{mask, OK};
	kdb_alone(
	    [](void *arg) {
		    auto *const c = static_cast<decltype(change) *>(arg);
		    c->error = ktr_patch(c->mask);
		    if (c->error == OK)
			    ktr_mask = c->mask;
	    },
	    &change);
	return change.error;
}

ktr_entry *ktr_reserve()
{
	ktr_ring &r = ktr_head.kh_rings[curcpu()];
	// Pairs with the store in make_rings.
	ktr_entry *const slots = r.kr_slots.load(order::acquire);

	if (slots == nullptr) [[unlikely]]
		return &nowhere;
	uint32_t const number = r.kr_next.add(1, order::relaxed);
	ktr_entry &slot = slots[number & (ktr_head.kh_entries - 1)];
	__atomic_store_n(&slot.ke_type, nullptr, __ATOMIC_RELAXED);
	// Pairs with the second look in load_event.
	__atomic_thread_fence(__ATOMIC_RELEASE);
	slot.ke_tid = curthread->td_tid;
	slot.ke_ticks = cpu_ticks();
	return &slot;
}

void ktr_first(ktr_cursors &c, ktr_from from)
{
	uint32_t const size = ktr_head.kh_entries;

	for (uint32_t cpu = 0; cpu < mp_found; cpu++) {
		uint32_t const next = ktr_head.kh_rings[cpu].kr_next.load(order::acquire);
		c.left[cpu] = next < size ? next : size;
		c.at[cpu] = from == ktr_from::oldest ? next - c.left[cpu] : next - 1;
	}
}

bool ktr_next(ktr_cursors &c, ktr_from from, ktr_entry *event, uint32_t *at_cpu, uint32_t *number)
{
	bool const oldest = from == ktr_from::oldest;
	uint32_t const step = oldest ? 1u : ~0u;
	uint32_t best = MAXCPU;

	for (uint32_t cpu = 0; cpu < mp_found; cpu++) {
		ktr_entry one;
		while (c.left[cpu] > 0 && !load_event(ktr_head.kh_rings[cpu], c.at[cpu], &one)) {
			c.left[cpu]--;
			c.at[cpu] += step;
		}
		if (c.left[cpu] == 0)
			continue;
		if (best == MAXCPU || (oldest ? one.ke_ticks < event->ke_ticks
					      : one.ke_ticks > event->ke_ticks)) {
			best = cpu;
			*event = one;
		}
	}
	if (best == MAXCPU)
		return false;
	*at_cpu = best;
	*number = c.at[best];
	c.left[best]--;
	c.at[best] += step;
	return true;
}
