// SPDX-License-Identifier: BSD-2-Clause
// Zones: every misuse that INVARIANTS kernels promise to notice ends in a panic that names it.
// Written for Kestrel.

#include <kern/config.hpp>
#include <kern/selftest.hpp>
#include <tests/kernel/worker.hpp>
#include <vm/uma.hpp>
#include <vm/uma_zone.hpp>

namespace {

constexpr size_t item_size = 96;

// What a misbehaving thread needs; static, since its stack is abandoned with it.
struct misuse final {
	uma_zone_t zone;
	uma_zone_t other;
	char *item;
};
constinit misuse victim{};

void prepare(char const *name)
{
	victim.zone = uma_zcreate(name, item_size, nullptr, nullptr, nullptr, nullptr,
	    UMA_ALIGN_PTR, 0);
	victim.other = uma_zcreate("test bystander", item_size, nullptr, nullptr, nullptr, nullptr,
	    UMA_ALIGN_PTR, 0);
	victim.item = static_cast<char *>(uma_zalloc(victim.zone, M_WAITOK));
}

void clean_up()
{
	uma_zfree(victim.zone, victim.item);
	uma_zdestroy(victim.zone);
	uma_zdestroy(victim.other);
}

void free_it(void *) { uma_zfree(victim.zone, victim.item); }
void free_inside(void *) { uma_zfree(victim.zone, victim.item + sizeof(void *)); }
void free_elsewhere(void *) { uma_zfree(victim.other, victim.item); }
void free_stranger(void *) { uma_zfree(victim.zone, &victim); }
void allocate(void *) { (void)uma_zalloc(victim.zone, M_WAITOK); }

}

SELFTEST(zone_double_free_panics)
{
	if (!config::invariants)
		return;
	one_cpu single;                 // whose cache the item comes back from
	prepare("test twice");
	uma_zfree(victim.zone, victim.item);
	EXPECT(selftest_panics(free_it, nullptr, "freed twice"));
	EXPECT(uma_zalloc(victim.zone, M_WAITOK) == victim.item);
	clean_up();
}

SELFTEST(zone_foreign_and_misaligned_frees_panic)
{
	if (!config::invariants)
		return;
	prepare("test foreign");
	EXPECT(selftest_panics(free_elsewhere, nullptr, "belongs to zone test foreign"));
	EXPECT(selftest_panics(free_inside, nullptr, "is not the start of an item"));
	EXPECT(selftest_panics(free_stranger, nullptr, "is no zone's item"));
	clean_up();
}

SELFTEST(zone_write_past_the_end_panics_at_free)
{
	if (!config::invariants)
		return;
	prepare("test overrun");
	char const whole = victim.item[item_size];
	victim.item[item_size] = 0;
	EXPECT(selftest_panics(free_it, nullptr, "written past its end"));
	victim.item[item_size] = whole;
	clean_up();
}

// The panic loses the item between cache and user; the test puts it back into its slab by hand.
SELFTEST(zone_write_after_free_panics_at_the_next_allocation)
{
	if (!config::invariants)
		return;
	one_cpu single;
	prepare("test stale");
	void *item = victim.item;
	uma_zfree(victim.zone, item);
	victim.item[item_size / 2] = 'x';
	EXPECT(selftest_panics(allocate, nullptr, "written after free"));
	EXPECT_EQ(0, uma_zone_get_cur(victim.zone));
	uma_items_put(*victim.zone, &item, 1);
	uma_zdestroy(victim.zone);
	uma_zdestroy(victim.other);
}
