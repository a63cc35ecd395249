// SPDX-License-Identifier: BSD-2-Clause
// bench.switch: two kernel threads that do nothing but switch to each other.
// Written for Kestrel.
#include <kern/kassert.hpp>
#include <kern/proc.hpp>
#include <kern/sched.hpp>
#include <kern/selftest.hpp>
#include <kern/sysctl.hpp>
#include <machine/cpufunc.hpp>

namespace {

// As BENCH_SAMPLES and BENCH_OVERHEAD of tests/bench/lib/bench.h.
constexpr uint32_t samples_wanted = 501;
constexpr uint32_t reading_overhead = 3;

// All under sched_lock.
constinit uint32_t samples[samples_wanted]{};
constinit uint32_t taken{};
constinit uint64_t left_at{};           // when the other thread called mi_switch; 0: it has not yet

// switch_back_and_forth: a sample is the time from one thread's call of mi_switch to the return of
// the other's: choosing, queueing and the switch itself, sched_lock held throughout.
void switch_back_and_forth(void *)
{
	mtx_guard g{sched_lock};
	while (taken < samples_wanted) {
		left_at = rdtsc();
		mi_switch();
		uint64_t const now = rdtsc();
		if (left_at != 0 && taken < samples_wanted)
			samples[taken++] = static_cast<uint32_t>(now - left_at) - reading_overhead;
	}
	// Whoever comes back last has nobody to measure.
	left_at = 0;
}

Errno bench_switch(sysctl_oid const &, sysctl_req &req)
{
	taken = 0;
	kthread_handle *a = kthread_run("bench a", switch_back_and_forth, nullptr);
	kthread_handle *b = kthread_run("bench b", switch_back_and_forth, nullptr);
	kthread_join(a);
	kthread_join(b);
	return sysctl_out(req, samples, sizeof samples);
}

SYSCTL_PROC(bench_switch, "bench.switch", "Instructions of each of a series of thread switches",
    sysctl_type::opaque, sysctl_access::ro, bench_switch);

}
