// SPDX-License-Identifier: BSD-2-Clause
// The set of all zones: start-up, creation and end, reclaim, the vm.zone report.
// After FreeBSD's vm/uma_core.c (uma_startup, uma_zcreate, uma_reclaim, sysctl_vm_zone).

#include <vm/uma_zone.hpp>

#include <kern/kassert.hpp>
#include <kern/sysctl.hpp>
#include <vm/vm_page.hpp>

namespace {

constinit mtx zone_list_lock{"zone list", lock_rank::zone_list};
constinit tailq<uma_zone, &uma_zone::uz_link> zones GUARDED_BY(zone_list_lock){};

// The zone of struct uma_zone for all other zones.
constinit uma_zone zone_zone{"UMA Zones"};

void list_zone(uma_zone &zone)
{
	mtx_guard g{zone_list_lock};
	zones.insert_tail(zone);
}

void start_zone(uma_zone &zone, size_t size, uint32_t align)
{
	uma_zone_setup(zone, {.size = size, .ctor = nullptr, .dtor = nullptr, .init = nullptr,
	    .fini = nullptr, .align = align, .flags = UMA_ZONE_NOBUCKET});
	list_zone(zone);
}

}

// Slab headers come from slabs whose own header fits, so making one needs no other.
constinit uma_zone uma_header_zone{"UMA Slabs"};
constinit uma_zone uma_bucket_zone{"UMA Buckets"};

void uma_startup()
{
	start_zone(uma_header_zone, uma_slab_header_bytes(slab_layout::offpage_most),
	    UMA_ALIGN_PTR);
	start_zone(uma_bucket_zone, sizeof(uma_bucket), UMA_ALIGN_PTR);
	start_zone(zone_zone, sizeof(uma_zone), alignof(uma_zone) - 1);
	if (uma_header_zone.uz_layout.offpage)
		panic("zone %s needs itself", uma_zone_name(&uma_header_zone));
}

uma_zone_t uma_zcreate(char const *name, size_t size, uma_ctor ctor, uma_dtor dtor, uma_init init,
    uma_fini fini, uint32_t align, uint32_t flags)
{
	void *memory = uma_zalloc(&zone_zone, M_NOWAIT);
	if (memory == nullptr)
		panic("no memory for zone %s", name);
	auto *zone = new (memory) uma_zone{name};
	uma_zone_setup(*zone, {size, ctor, dtor, init, fini, align, flags});
	list_zone(*zone);
	return zone;
}

void uma_zdestroy(uma_zone_t zone)
{
	if (uint32_t const used = uma_zone_get_cur(zone); used != 0)
		panic("zone %s destroyed with %u items in use", uma_zone_name(zone), used);
	{	mtx_guard g{zone_list_lock};
		zones.remove(*zone);
	}
	zone->uz_flags &= ~UMA_ZONE_NOFREE;
	uma_zone_drain(zone);
	zone->~uma_zone();
	uma_zfree(&zone_zone, zone);
}

void uma_zone_set_max(uma_zone_t zone, uint32_t items)
{
	mtx_guard g{zone->uz_lock};
	zone->uz_max = items;
}

uint32_t uma_zone_get_cur(uma_zone_t zone)
{
	return uma_zone_read(*zone).used;
}

char const *uma_zone_name(uma_zone_t zone)
{
	return zone->uz_lock.object().name;
}

size_t uma_zone_size(uma_zone_t zone)
{
	return zone->uz_size;
}

uma_zone_t uma_zone_first()
{
	mtx_guard g{zone_list_lock};
	return zones.first();
}

uma_zone_t uma_zone_next(uma_zone_t zone)
{
	mtx_guard g{zone_list_lock};
	return zones.next(*zone);
}

uma_zone_t uma_zone_of_item(void const *item)
{
	uma_slab *slab = uma_find_slab(item);
	return slab == nullptr ? nullptr : slab->us_zone;
}

void uma_reclaim()
{
	// The headers' and buckets' zones come first in the list, but are filled by the others'
	// drains: a last look at them.
	mtx_guard g{zone_list_lock};
	for (uma_zone &zone : zones)
		uma_zone_drain(&zone);
	uma_zone_drain(&uma_bucket_zone);
	uma_zone_drain(&uma_header_zone);
}

bool uma_zone_read_nth(uint32_t index, uma_zone_stats &stats)
{
	mtx_guard g{zone_list_lock};
	for (uma_zone &zone : zones) {
		if (index-- != 0)
			continue;
		stats = uma_zone_read(zone);
		return true;
	}
	return false;
}

bool uma_zone_peek_nth(uint32_t index, uma_zone_stats &stats) NO_THREAD_SAFETY_ANALYSIS
{
	for (uma_zone const &zone : zones) {
		if (index-- != 0)
			continue;
		stats = uma_zone_peek(zone);
		return true;
	}
	return false;
}

// --- vm.zone: one line a zone -------------------------------------------------------------------

namespace {

constexpr size_t line_bytes = 96;

// emit: one line of the report; snprintf's return may exceed what fits.
Errno emit(sysctl_req &req, char const (&line)[line_bytes], int length)
{
	size_t const most = line_bytes - 1;
	auto const wanted = static_cast<size_t>(length);
	return sysctl_out(req, line, wanted < most ? wanted : most);
}

Errno report_zones(sysctl_oid const &, sysctl_req &req)
{
	char line[line_bytes];
	TRY(emit(req, line, snprintf(line, sizeof line, "%-16s %6s %8s %8s %8s %10s %8s\n", "ITEM",
	    "SIZE", "LIMIT", "USED", "FREE", "REQUESTS", "FAILURES")));
	// The list's lock is not held while the reader's memory is written: that may fault.
	uma_zone_stats s;
	for (uint32_t i = 0; uma_zone_read_nth(i, s); i++)
		TRY(emit(req, line, snprintf(line, sizeof line,
		    "%-16s %6zu %8u %8u %8u %10u %8u\n", s.name, s.size, s.limit, s.used, s.free,
		    s.requests, s.failures)));
	return sysctl_out(req, "", 1);
}

SYSCTL_PROC(vm_zone, "vm.zone", "zones: item size, limit, use, requests, failures",
    sysctl_type::string, sysctl_access::ro, report_zones);

}
