// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the kernel trace: what is recorded, in which order, and what is lost.
// Written for Kestrel.
#include <kern/ktr.hpp>

#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/proc.hpp>
#include <kern/selftest.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>
#include <tests/kernel/worker.hpp>
#include <vm/vm_kern.hpp>

#include <string.h>

extern "C" ktr_site const __start_set_ktr_site[];
extern "C" ktr_site const __stop_set_ktr_site[];

namespace {

constexpr uint8_t op_call = 0xe8, op_jmp = 0xe9, op_int3 = 0xcc, op_nop = 0x0f;

// The first byte of a site's code, with breakpoints and without.
uint8_t byte_at(uintptr_t at)
{
	return *reinterpret_cast<uint8_t const volatile *>(at);
}

uint8_t code_at(uintptr_t at)
{
	uint8_t byte;
	kdb_code_read(at, &byte, 1);
	return byte;
}

// is_on: whether that one records, by its code alone.
bool is_on(ktr_site const &s)
{
	uint8_t code[5];
	uint32_t distance;
	kdb_code_read(s.ks_at, code, sizeof code);
	memcpy(&distance, code + 1, sizeof distance);
	return (code[0] == op_call || code[0] == op_jmp) &&
	    s.ks_at + sizeof code + distance == s.ks_to;
}

uint32_t count_on()
{
	uint32_t count = 0;
	for (ktr_site const *s = __start_set_ktr_site; s != __stop_set_ktr_site; s++)
		count += is_on(*s);
	return count;
}

// A site that nothing but tests of this file comes to.
ktr_site const &own_site()
{
	ktr_site const *s = __start_set_ktr_site;
	while (s->ks_classes != KTR_GEN)
		s++;
	return *s;
}

// The mask as it was, back at the end of a test.
class mask_guard final {
public:
	mask_guard() : was_{ktr_mask} {}
	~mask_guard() { EXPECT(ktr_set_mask(was_) == OK); }
	mask_guard(mask_guard const &) = delete;
	mask_guard &operator=(mask_guard const &) = delete;

private:
	uint32_t was_;
};

// The whole dump as a string; room for all events of one CPU at their longest.
class ktr_dump final {
public:
	ktr_dump()
	{
		auto const at = kmem_alloc(pages);
		text_ = to_pointer<char>(*at);
		size_t length = pages * page_size;
		EXPECT(sysctl_kernel(*sysctl_find("debug.ktr.dump"), text_, &length, nullptr, 0)
		    == OK);
	}
	~ktr_dump() { kmem_free(to_vaddr(text_), pages); }
	ktr_dump(ktr_dump const &) = delete;
	ktr_dump &operator=(ktr_dump const &) = delete;

	char const *find(char const *what) const { return strstr(text_, what); }

private:
	static constexpr size_t pages = 96;
	char *text_;
};

}

SELFTEST(ktr_records_only_the_classes_of_the_mask)
{
	mask_guard g;

	EXPECT(ktr_set_mask(KTR_GEN) == OK);
	KTR(KTR_GEN, "test", "ktr-test-wanted");
	KTR(KTR_SIG, "test", "ktr-test-unwanted");
	EXPECT(ktr_set_mask(0) == OK);
	KTR(KTR_GEN, "test", "ktr-test-off");
	ktr_dump const dump;
	EXPECT(dump.find("test: ktr-test-wanted\n") != nullptr);
	EXPECT(dump.find("ktr-test-unwanted") == nullptr);
	EXPECT(dump.find("ktr-test-off") == nullptr);
}

SELFTEST(ktr_dump_shows_fields_oldest_first)
{
	mask_guard g;

	EXPECT(ktr_set_mask(KTR_GEN) == OK);
	KTR(KTR_GEN, "one", "ktr-order {n} {text:s} {none:s}", 1, "one",
	    static_cast<char *>(nullptr));
	KTR(KTR_GEN, "two", "{n:d} {n:x} {state:t} {chars:c} ktr-order", -2, 0xabu,
	    TDS_INHIBITED | (TDI_LOAN | TDI_SLEEPING) << 8, ktr_chars("seventeen", 0),
	    ktr_chars("seventeen", 1), 'n');
	EXPECT(ktr_set_mask(0) == OK);
	ktr_dump const dump;
	char const *const first = dump.find("one: ktr-order 1 one nothing\n");
	char const *const second = dump.find(
	    "two: -2 0xab asleep and with its KSE lent seventeen ktr-order\n");
	EXPECT(first != nullptr && second != nullptr && first < second);
}

SELFTEST(ktr_overrun_keeps_the_newest_events)
{
	mask_guard g;
	one_cpu const here;

	EXPECT(ktr_set_mask(KTR_GEN) == OK);
	uint32_t const before = ktr_head.kh_rings[0].kr_next.load(order::relaxed);
	for (uint32_t i = 0; i < ktr_head.kh_entries + 3; i++)
		KTR(KTR_GEN, "count", "ktr-overrun {n}", i);
	EXPECT(ktr_set_mask(0) == OK);
	EXPECT(ktr_head.kh_rings[0].kr_next.load(order::relaxed) - before ==
	    ktr_head.kh_entries + 3);
	ktr_dump const dump;
	EXPECT(dump.find("ktr-overrun 2\n") == nullptr);
	EXPECT(dump.find("ktr-overrun 3\n") != nullptr);
}

SELFTEST(ktr_entry_that_is_being_written_is_not_shown)
{
	mask_guard g;
	static constexpr ktr_type type{KTR_GEN, 0, "half", "ktr-half", "", ""};

	EXPECT(ktr_set_mask(KTR_GEN) == OK);
	ktr_entry *const e = ktr_reserve();
	{	ktr_dump const dump;
		EXPECT(dump.find("ktr-half") == nullptr);
	}
	__atomic_store_n(&e->ke_type, &type, __ATOMIC_RELEASE);
	EXPECT(ktr_set_mask(0) == OK);
	ktr_dump const dump;
	EXPECT(dump.find("half: ktr-half\n") != nullptr);
}

SELFTEST(ktr_state_tells_of_the_running_thread)
{
	mask_guard g;
	char line[64];

	EXPECT(ktr_set_mask(KTR_PROC) == OK);
	ktr_state();
	EXPECT(ktr_set_mask(0) == OK);
	ktr_dump const dump;
	snprintf(line, sizeof line, "state thread: thread %u of group %u with KSE %u is running",
	    curthread->td_tid, curthread->td_ksegrp->kg_id, curthread->td_kse->ke_id);
	char const *const begin = dump.find("state begin: ");
	char const *const mine = dump.find(line);
	char const *const end = dump.find("state end: ");
	EXPECT(begin != nullptr && mine != nullptr && end != nullptr && begin < mine && mine < end);
}

SELFTEST(ktr_mask_switches_the_code_of_its_classes_and_no_other)
{
	mask_guard g;

	for (uint32_t const mask : {uint32_t{KTR_SYSC | KTR_GEN}, uint32_t{KTR_SCHED}, 0u}) {
		EXPECT(ktr_set_mask(mask) == OK && ktr_mask == mask);
		for (ktr_site const *s = __start_set_ktr_site; s != __stop_set_ktr_site; s++)
			EXPECT(is_on(*s) == ((s->ks_classes & mask) != 0));
	}
}

SELFTEST(ktr_mask_leaves_a_breakpoint_at_an_event_in_place)
{
	mask_guard g;
	uintptr_t const at = own_site().ks_at;

	EXPECT(ktr_set_mask(0) == OK);
	EXPECT(kdb_point_set(curthread, kdb_point::software, at, 1));
	EXPECT(ktr_set_mask(KTR_GEN) == OK);
	EXPECT(byte_at(at) == op_int3 && code_at(at) == op_jmp && is_on(own_site()));
	EXPECT(kdb_point_clear(curthread, kdb_point::software, at, 1));
	EXPECT(byte_at(at) == op_jmp);
	EXPECT(kdb_point_set(curthread, kdb_point::software, at, 1));
	EXPECT(ktr_set_mask(0) == OK);
	EXPECT(byte_at(at) == op_int3 && code_at(at) == op_nop);
	EXPECT(kdb_point_clear(curthread, kdb_point::software, at, 1));
	EXPECT(byte_at(at) == op_nop);
}

SELFTEST(ktr_mask_changes_nothing_where_the_code_is_not_its_own)
{
	mask_guard g;
	uintptr_t const at = own_site().ks_at;
	uint8_t const foreign = op_int3;

	EXPECT(ktr_set_mask(0) == OK);
	uint8_t const was = code_at(at);
	kdb_code_write(at, &foreign, 1);
	EXPECT(ktr_set_mask(KTR_SCHED | KTR_GEN) == EBUSY);
	EXPECT(ktr_mask == 0 && count_on() == 0);
	kdb_code_write(at, &was, 1);
	EXPECT(ktr_set_mask(KTR_GEN) == OK && is_on(own_site()));
}

namespace {

// A thread that comes by an event again and again.
struct passer final {
	atomic<uint32_t> passes{0};
	atomic<uint32_t> enough{0};

	static void run(void *arg)
	{
		passer &p = *static_cast<passer *>(arg);
		while (p.enough.load(order::relaxed) == 0) {
			KTR(KTR_GEN, "pass", "ktr-pass {n}", p.passes.load(order::relaxed));
			p.passes.add(1, order::relaxed);
			(void)tsleep(&p, 0, "ktrpass", 1);
		}
	}

	void wait_for_some()
	{
		uint32_t const before = passes.load(order::relaxed);
		EXPECT(sleep_until([&] { return passes.load(order::relaxed) - before > 3; }));
	}
};

uint32_t events_ever()
{
	uint32_t sum = 0;
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		sum += ktr_head.kh_rings[cpu].kr_next.load(order::relaxed);
	return sum;
}

// Two threads that both change the mask.
void change_masks(void *)
{
	for (uint32_t i = 0; i < 16; i++)
		EXPECT(ktr_set_mask(i % 2 == 0 ? KTR_SCHED | KTR_GEN : KTR_SLEEP | KTR_KSE) == OK);
}

}

SELFTEST(ktr_mask_changes_while_another_thread_comes_by)
{
	mask_guard g;
	passer p;
	worker w{TEST_PRI_MID, passer::run, &p};

	EXPECT(ktr_set_mask(0) == OK);
	w.go();
	for (int i = 0; i < 8; i++) {
		uint32_t const start = events_ever();
		p.wait_for_some();
		EXPECT(events_ever() == start);
		EXPECT(ktr_set_mask(KTR_GEN) == OK);
		p.wait_for_some();
		EXPECT(events_ever() - start > 2);
		EXPECT(ktr_set_mask(0) == OK);
		p.wait_for_some();              // it may have been on its way to one event
	}
	p.enough.store(1, order::relaxed);
}

SELFTEST(ktr_mask_of_two_threads_at_once_is_that_of_one)
{
	mask_guard g;

	{	worker w{TEST_PRI_MID, change_masks, nullptr};
		w.go();
		change_masks(nullptr);
	}
	EXPECT(ktr_mask == (KTR_SLEEP | KTR_KSE));
	for (ktr_site const *s = __start_set_ktr_site; s != __stop_set_ktr_site; s++)
		EXPECT(is_on(*s) == ((s->ks_classes & ktr_mask) != 0));
}
