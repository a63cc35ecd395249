// SPDX-License-Identifier: BSD-2-Clause
// What a test may not keep: zone items and frames, counted before and after it.
// Written for Kestrel.
#include <kern/selftest_watch.hpp>

#include <kern/kassert.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <kern/thread.hpp>
#include <vm/uma.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

// A dying thread is reaped by others, later: how long that may take.
constexpr int settle_ticks = 50;
constexpr size_t zones_most = 64;

// Only the thread that runs the tests uses these.
struct zone_count final {
	uma_zone_t zone;
	uint32_t   items;
};
constinit zone_count before[zones_most]{};
constinit size_t zones_before{};
constinit uint32_t frames_before{};

// count_before: items of a zone at the start of the test; 0 for one that came since.
uint32_t count_before(uma_zone_t zone)
{
	for (size_t i = 0; i < zones_before; i++)
		if (before[i].zone == zone)
			return before[i].items;
	return 0;
}

// changed: whether the zone's count differs. The allocator's own headers and buckets follow how
// well the other zones' items share their slabs: not a test's doing.
bool changed(uma_zone_t zone)
{
	char const *const name = uma_zone_name(zone);

	if (strcmp(name, "UMA Slabs") == 0 || strcmp(name, "UMA Buckets") == 0)
		return false;
	return uma_zone_get_cur(zone) != count_before(zone);
}

bool zones_as_before()
{
	for (uma_zone_t zone = uma_zone_first(); zone != nullptr; zone = uma_zone_next(zone))
		if (changed(zone))
			return false;
	return true;
}

// More than before is fine: what the test's predecessors left is gone. Some less is not a leak
// either, when the items in use now share their slabs less well than those before.
constexpr uint32_t fragmentation_most = 16;

bool frames_as_before()
{
	return vm_page_count().free + fragmentation_most >= frames_before;
}

// settle: free what waits to be freed, and empty the caches, whose own memory is zone items too.
void settle()
{
	thread_reap();
	vm_reclaim();
}

void report_zones()
{
	for (uma_zone_t zone = uma_zone_first(); zone != nullptr; zone = uma_zone_next(zone))
		if (changed(zone))
			printf("# zone %s: %u items in use, %u before the test\n",
			    uma_zone_name(zone), uma_zone_get_cur(zone), count_before(zone));
}

}

// --- user programs: init has what they leave behind looked at ------------------------------------

namespace {

constinit int programs{0};
SYSCTL_INT(selftest_programs, "kern.selftest.programs",
    "init looks at what the program that it runs leaves behind", programs, sysctl_access::tun,
    0, 1);

// Writing 1: what is in use now is as it shall be. Writing 0: compare with that, and run the
// invariant checker; what is missing is told on the console. Reading: how often something was.
constinit int programs_failed{0};
Errno audit_handler(sysctl_oid const &, sysctl_req &req)
{
	int begins;

	if (req.newp == uaddr{})
		return sysctl_out(req, &programs_failed, sizeof programs_failed);
	TRY(sysctl_in(req, &begins, sizeof begins));
	giant_drop without;
	if (begins != 0) {
		selftest_audit_start();
		return OK;
	}
	thread_check_all();
	programs_failed += selftest_audit_end() ? 0 : 1;
	return OK;
}
SYSCTL_PROC(selftest_audit, "kern.selftest.audit", "Compares zones and frames: 1 begins, 0 ends",
    sysctl_type::integer, sysctl_access::rw, audit_handler);

}

void selftest_audit_start()
{
	settle();
	zones_before = 0;
	for (uma_zone_t zone = uma_zone_first(); zone != nullptr; zone = uma_zone_next(zone)) {
		if (zones_before == zones_most)
			panic("selftest: more than %zu zones", zones_most);
		before[zones_before++] = {zone, uma_zone_get_cur(zone)};
	}
	frames_before = vm_page_count().free;
}

bool selftest_audit_end()
{
	settle();
	for (int i = 0; i < settle_ticks && !(zones_as_before() && frames_as_before()); i++) {
		(void)tsleep(&before, PWAIT, "settle", 1);
		settle();
	}
	if (!zones_as_before()) {
		report_zones();
		selftest_fail(__FILE__, __LINE__, "the test gives back all zone items");
	}
	if (!frames_as_before()) {
		printf("# %u frames are free, %u before the test\n", vm_page_count().free,
		    frames_before);
		selftest_fail(__FILE__, __LINE__, "the test gives back all frames");
	}
	return zones_as_before() && frames_as_before();
}
