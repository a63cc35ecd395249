// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: the rings, recording without locks, and the text of what was recorded.
// After FreeBSD's kern_ktr.c; a ring for each CPU instead of one for all.
#include <kern/ktr.hpp>

#include <kern/config.hpp>
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>
#include <support/bits.hpp>
#include <vm/vm_kern.hpp>

#include <limits>

constinit uint32_t ktr_mask{};

namespace {

// Events that each ring holds, a power of two. Constant once the rings are there.
constinit int ktr_entries{1024};
constexpr int entries_least = 16;
constexpr int entries_most = 1 << 16;

// ring: event n of a CPU is in slot n % ktr_entries. `next` counts all events ever and wraps. A
// writer takes its number with one atomic addition, so interrupts and a thread that moves to
// another CPU in between never share a slot. While a slot is being written its format is null.
struct ring final {
	atomic<ktr_entry *> slots{nullptr};
	atomic<uint32_t>    next{0};
};
constinit ring rings[MAXCPU]{};

// What one line of the dump needs at most: events are cut there.
constexpr size_t line_max = 192;

Errno make_rings()
{
	auto const bytes = static_cast<size_t>(ktr_entries) * sizeof(ktr_entry);
	size_t const pages = round_page(bytes) / page_size;

	for (uint32_t cpu = 0; cpu < mp_found; cpu++) {
		if (rings[cpu].slots.load(order::relaxed) != nullptr)
			continue;
		auto *const slots = to_pointer<ktr_entry>(TRY(kmem_alloc(pages)));
		for (int i = 0; i < ktr_entries; i++)
			slots[i] = ktr_entry{};
		// Pairs with the load in ktr_record: the slots are clear before anyone uses them.
		rings[cpu].slots.store(slots, order::release);
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
	ktr_mask = mask;
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
	ktr_mask = 0;
}

SYSINIT(ktr, SI_SUB_VM, SI_ORDER_FIRST, ktr_startup, nullptr);

// load_event: event `number` of a ring; false when it was overwritten or is being written.
bool load_event(ring const &r, uint32_t number, ktr_entry *event)
{
	ktr_entry const *const slots = r.slots.load(order::acquire);

	if (slots == nullptr)
		return false;
	auto const size = static_cast<uint32_t>(ktr_entries);
	*event = slots[number & (size - 1)];
	return event->format != nullptr && r.next.load(order::acquire) - number <= size;
}

size_t event_text(ktr_entry const &event, char *line)
{
	int length = snprintf(line, line_max, "cpu%u %llu.%09llu tid %u ", event.cpu,
	    event.timestamp / 1'000'000'000, event.timestamp % 1'000'000'000, event.tid);
	length += snprintf(line + length, line_max - static_cast<size_t>(length), event.format,
	    event.args[0], event.args[1], event.args[2], event.args[3], event.args[4],
	    event.args[5]);
	auto const end = static_cast<size_t>(length) < line_max - 1
	    ? static_cast<size_t>(length) : line_max - 2;
	line[end] = '\n';
	return end + 1;
}

// cursors: a walk over all rings in the order of time.
struct cursors final {
	uint32_t at[MAXCPU];
	uint32_t left[MAXCPU];
};

void cursors_start(cursors &c, bool from_oldest)
{
	auto const size = static_cast<uint32_t>(ktr_entries);

	for (uint32_t cpu = 0; cpu < mp_found; cpu++) {
		uint32_t const next = rings[cpu].next.load(order::acquire);
		c.left[cpu] = next < size ? next : size;
		c.at[cpu] = from_oldest ? next - c.left[cpu] : next - 1;
	}
}

// cursors_step: the oldest (or newest) event that is left; false when there is none.
bool cursors_step(cursors &c, bool from_oldest, ktr_entry *event)
{
	uint32_t best = MAXCPU;
	ktr_entry candidate;

	for (uint32_t cpu = 0; cpu < mp_found; cpu++) {
		while (c.left[cpu] > 0 && !load_event(rings[cpu], c.at[cpu], &candidate)) {
			c.left[cpu]--;
			c.at[cpu] += from_oldest ? 1u : ~0u;
		}
		if (c.left[cpu] == 0)
			continue;
		bool const earlier = best != MAXCPU && candidate.timestamp < event->timestamp;
		bool const later = best != MAXCPU && candidate.timestamp > event->timestamp;
		if (best == MAXCPU || (from_oldest ? earlier : later)) {
			best = cpu;
			*event = candidate;
		}
	}
	if (best == MAXCPU)
		return false;
	c.left[best]--;
	c.at[best] += from_oldest ? 1u : ~0u;
	return true;
}

// debug.ktr.dump: all events as text, one a line, oldest first.
Errno sysctl_dump(sysctl_oid const &, sysctl_req &req)
{
	cursors c;
	ktr_entry event;
	char line[line_max];

	cursors_start(c, true);
	while (cursors_step(c, true, &event)) {
		size_t const length = event_text(event, line);
		TRY(sysctl_out(req, line, length));
	}
	return sysctl_out(req, "", 1);
}

SYSCTL_PROC(ktr_dump_oid, "debug.ktr.dump", "The events recorded, oldest first",
    sysctl_type::string, sysctl_access::ro, sysctl_dump);

}

void ktr_record(uint32_t mask, char const *text, uintptr_t a0, uintptr_t a1, uintptr_t a2,
    uintptr_t a3, uintptr_t a4, uintptr_t a5)
{
	pcpu const *const pc = get_pcpu();
	ring &r = rings[pc->pc_cpuid];
	// Pairs with the store in make_rings.
	ktr_entry *const slots = r.slots.load(order::acquire);

	if (slots == nullptr)
		return;
	uint32_t const number = r.next.add(1, order::relaxed);
	ktr_entry &slot = slots[number & (static_cast<uint32_t>(ktr_entries) - 1)];
	__atomic_store_n(&slot.format, nullptr, __ATOMIC_RELEASE);
	slot.timestamp = nanouptime();
	slot.mask = mask;
	slot.cpu = static_cast<uint16_t>(pc->pc_cpuid);
	slot.tid = static_cast<uint16_t>(curthread->td_tid);
	uintptr_t const args[6] = {a0, a1, a2, a3, a4, a5};
	for (int i = 0; i < 6; i++)
		slot.args[i] = args[i];
	// Pairs with the copy in load_event: a format that is there vouches for the rest.
	__atomic_store_n(&slot.format, text, __ATOMIC_RELEASE);
}

void ktr_print_last(uint32_t count)
{
	cursors c;
	ktr_entry event;
	char line[line_max];

	printf("last events, newest first:\n");
	cursors_start(c, false);
	for (; count > 0 && cursors_step(c, false, &event); count--)
		printf("%.*s", static_cast<int>(event_text(event, line)), line);
}
