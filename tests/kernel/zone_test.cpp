// SPDX-License-Identifier: BSD-2-Clause
// Zones: callbacks, alignment, limits, waiting, and giving memory back.
// Written for Kestrel.

#include <kern/callout.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <support/bits.hpp>
#include <vm/uma.hpp>
#include <vm/vm.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

// How often each callback of a counting zone ran; one test at a time uses it.
struct callback_counts final {
	int ctors;
	int dtors;
	int inits;
	int finis;
	int init_allowance;     // inits that succeed before they fail
};
constinit callback_counts counts{};

void count_ctor(void *, int, void *) { counts.ctors++; }
void count_dtor(void *, int, void *) { counts.dtors++; }
void count_fini(void *, int) { counts.finis++; }

Errno count_init(void *mem, int size)
{
	if (counts.init_allowance == 0)
		return ENOMEM;
	counts.init_allowance--;
	counts.inits++;
	memset(mem, 0x5a, static_cast<size_t>(size));
	return OK;
}

uma_zone_t counting_zone(int init_allowance)
{
	counts = callback_counts{.ctors = 0, .dtors = 0, .inits = 0, .finis = 0,
	    .init_allowance = init_allowance};
	return uma_zcreate("test counting", 200, count_ctor, count_dtor, count_init, count_fini,
	    UMA_ALIGN_CACHE, 0);
}

uma_zone_t plain_zone(char const *name, size_t size, uint32_t align = UMA_ALIGN_PTR)
{
	return uma_zcreate(name, size, nullptr, nullptr, nullptr, nullptr, align, 0);
}

// settled_free_frames: free frames when no cache holds any.
uint32_t settled_free_frames()
{
	vm_reclaim();
	return vm_page_count().free;
}

}

SELFTEST(zone_runs_init_once_and_ctor_at_each_use)
{
	uma_zone_t zone = counting_zone(100);
	void *first = uma_zalloc(zone, M_WAITOK);
	EXPECT_EQ(1, counts.inits);
	EXPECT_EQ(1, counts.ctors);
	uma_zfree(zone, first);
	void *again = uma_zalloc(zone, M_WAITOK);
	EXPECT(again == first);
	EXPECT_EQ(1, counts.inits);
	EXPECT_EQ(2, counts.ctors);
	EXPECT_EQ(1, counts.dtors);
	EXPECT_EQ(0, counts.finis);
	uma_zfree(zone, again);
	uma_zdestroy(zone);
	EXPECT_EQ(2, counts.dtors);
	EXPECT_EQ(1, counts.finis);
}

SELFTEST(zone_keeps_what_init_made)
{
	uma_zone_t zone = counting_zone(100);
	auto *item = static_cast<unsigned char *>(uma_zalloc(zone, M_WAITOK));
	uma_zfree(zone, item);
	item = static_cast<unsigned char *>(uma_zalloc(zone, M_WAITOK));
	EXPECT_EQ(0x5a, item[0]);
	EXPECT_EQ(0x5a, item[199]);
	uma_zfree(zone, item);
	uma_zdestroy(zone);
}

SELFTEST(zone_survives_an_init_that_fails)
{
	uma_zone_t zone = counting_zone(1);
	void *first = uma_zalloc(zone, M_NOWAIT);
	EXPECT(first != nullptr);
	EXPECT(uma_zalloc(zone, M_NOWAIT) == nullptr);
	EXPECT_EQ(1, uma_zone_get_cur(zone));
	counts.init_allowance = 1;
	void *second = uma_zalloc(zone, M_NOWAIT);
	EXPECT(second != nullptr);
	uma_zfree(zone, first);
	uma_zfree(zone, second);
	uma_zdestroy(zone);
	EXPECT_EQ(counts.inits, counts.finis);
	EXPECT_EQ(counts.ctors, counts.dtors);
}

SELFTEST(zone_items_are_aligned_and_apart)
{
	constexpr int many = 64;
	constexpr size_t size = 100;
	static constinit void *items[many]{};
	uma_zone_t zone = plain_zone("test aligned", size, UMA_ALIGN_CACHE);
	for (int i = 0; i < many; i++) {
		items[i] = uma_zalloc(zone, M_WAITOK);
		EXPECT_EQ(0, reinterpret_cast<uintptr_t>(items[i]) & UMA_ALIGN_CACHE);
		memset(items[i], i, size);
	}
	EXPECT_EQ(many, uma_zone_get_cur(zone));
	for (int i = 0; i < many; i++) {
		auto const *bytes = static_cast<unsigned char const *>(items[i]);
		EXPECT(bytes[0] == i && bytes[size - 1] == i);
		uma_zfree(zone, items[i]);
	}
	EXPECT_EQ(0, uma_zone_get_cur(zone));
	uma_zdestroy(zone);
}

SELFTEST(zone_items_may_be_larger_than_a_page)
{
	constexpr size_t size = 3 * page_size - 100;
	uint32_t const before = settled_free_frames();
	uma_zone_t zone = plain_zone("test large", size);
	void *one = uma_zalloc(zone, M_WAITOK);
	void *two = uma_zalloc(zone, M_WAITOK);
	memset(one, 1, size);
	memset(two, 2, size);
	EXPECT_EQ(1, static_cast<unsigned char *>(one)[size - 1]);
	EXPECT(before - vm_page_count().free >= 6);
	uma_zfree(zone, one);
	uma_zfree(zone, two);
	uma_zdestroy(zone);
	EXPECT_EQ(before, settled_free_frames());
}

SELFTEST(zone_at_its_limit_refuses_nowait)
{
	uma_zone_t zone = plain_zone("test limit", 64);
	uma_zone_set_max(zone, 2);
	void *one = uma_zalloc(zone, M_NOWAIT);
	void *two = uma_zalloc(zone, M_NOWAIT);
	EXPECT(one != nullptr && two != nullptr);
	EXPECT(uma_zalloc(zone, M_NOWAIT) == nullptr);
	uma_zfree(zone, one);
	one = uma_zalloc(zone, M_NOWAIT);
	EXPECT(one != nullptr);
	uma_zfree(zone, one);
	uma_zfree(zone, two);
	uma_zdestroy(zone);
}

namespace {

struct limited final {
	uma_zone_t zone;
	void *item;
};

void wait_for_item(void *arg)
{
	auto *shared = static_cast<limited *>(arg);
	shared->item = uma_zalloc(shared->zone, M_WAITOK);
}

}

SELFTEST(zone_at_its_limit_wakes_the_sleeper_when_an_item_is_freed)
{
	static constinit limited shared{};
	shared = limited{plain_zone("test sleeper", 64), nullptr};
	uma_zone_set_max(shared.zone, 1);
	void *only = uma_zalloc(shared.zone, M_WAITOK);
	kthread_handle *sleeper = kthread_run("zone sleeper", wait_for_item, &shared);
	while (!vm_waiting())
		(void)tsleep(&shared, 0, "zonetst", 1);
	EXPECT(shared.item == nullptr);
	uma_zfree(shared.zone, only);
	kthread_join(sleeper);
	EXPECT(shared.item != nullptr);
	EXPECT(!vm_waiting());
	uma_zfree(shared.zone, shared.item);
	uma_zdestroy(shared.zone);
}

SELFTEST(zone_destroyed_returns_every_frame)
{
	constexpr int many = 300;
	static constinit void *items[many]{};
	uint32_t const before = settled_free_frames();
	uma_zone_t zone = plain_zone("test frames", 600);
	for (void *&item : items)
		item = uma_zalloc(zone, M_WAITOK);
	for (void *item : items)
		uma_zfree(zone, item);
	uma_zdestroy(zone);
	EXPECT_EQ(before, settled_free_frames());
}

// use_some: more items than a bucket holds come and go.
static void use_some(uma_zone_t zone)
{
	static constinit void *items[100]{};
	for (void *&item : items)
		item = uma_zalloc(zone, M_WAITOK);
	for (void *item : items)
		uma_zfree(zone, item);
}

SELFTEST(zone_gives_slabs_back_that_it_does_not_need_for_a_second)
{
	constexpr int many = 600;
	static constinit void *items[many]{};
	uma_zone_t zone = plain_zone("test slabs", 600);
	uint32_t const before = vm_page_count().free;
	for (void *&item : items)
		item = uma_zalloc(zone, M_WAITOK);
	uint32_t const during = vm_page_count().free;
	for (void *item : items)
		uma_zfree(zone, item);
	// The first second is the one in which it got them.
	for (int second = 0; second < 3; second++) {
		(void)tsleep(items, PWAIT, "empties", hz + 1);
		use_some(zone);
	}
	EXPECT(vm_page_count().free >= during + (before - during) / 2);
	uma_zdestroy(zone);
}

SELFTEST(zone_zeroes_on_request)
{
	uma_zone_t zone = plain_zone("test zero", 128);
	auto *item = static_cast<unsigned char *>(uma_zalloc(zone, M_WAITOK | M_ZERO));
	int sum = 0;
	for (int i = 0; i < 128; i++)
		sum += item[i];
	EXPECT_EQ(0, sum);
	uma_zfree(zone, item);
	uma_zdestroy(zone);
}

SELFTEST(typed_zone_constructs_and_destroys)
{
	struct counted final {
		explicit counted(int *lives) : lives_{lives} { ++*lives_; }
		~counted() { --*lives_; }
		int *lives_;
	};
	int lives = 0;
	uma_zone_of<counted> zone;
	zone.create("test typed");
	counted *one = zone.alloc(M_WAITOK, &lives);
	EXPECT_EQ(1, lives);
	zone.free(one);
	zone.free(nullptr);
	EXPECT_EQ(0, lives);
	uma_zdestroy(zone.zone());
}

SELFTEST(kmalloc_serves_every_size_up_to_64_KiB)
{
	for (size_t size = 1; size <= uma_size_most; size = size * 2 + 1) {
		void *block = kmalloc(size, M_WAITOK);
		EXPECT_EQ(0, reinterpret_cast<uintptr_t>(block) % 8);
		memset(block, 0xa5, size);
		kfree(block);
	}
	kfree(nullptr);
}

// As threads do that sleep and wake together. One round could end a few, if it took seconds.
SELFTEST(zone_keeps_its_slabs_while_its_items_come_and_go_in_bursts)
{
	static constinit void *items[200]{};
	uma_zone_t zone = counting_zone(INT32_MAX);
	for (int round = 0; round < 10; round++) {
		for (void *&item : items)
			item = uma_zalloc(zone, M_WAITOK);
		for (void *item : items)
			uma_zfree(zone, item);
	}
	EXPECT(counts.inits < 2 * 200);
	EXPECT(counts.finis < 200);
	uma_zdestroy(zone);
	EXPECT_EQ(counts.inits, counts.finis);
}
