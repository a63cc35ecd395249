// SPDX-License-Identifier: BSD-2-Clause
// bench.entry: the time stamp counter when the loader jumped into the kernel.
// Written for Kestrel; entry.S stores it before there is any memory management.
#include <kern/sysctl.hpp>

// Not in .bss: start zeroes that after the store.
extern "C" constinit uint64_t bench_entry;
constinit uint64_t bench_entry [[gnu::section(".data")]]{};

static Errno bench_entry_sysctl(sysctl_oid const &, sysctl_req &req)
{
	return sysctl_out(req, &bench_entry, sizeof bench_entry);
}
SYSCTL_PROC(bench_entry, "bench.entry", "Time stamp counter at the kernel's entry",
    sysctl_type::u64, sysctl_access::ro, bench_entry_sysctl);
