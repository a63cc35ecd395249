// SPDX-License-Identifier: BSD-2-Clause
// bench.block: a sleep that an interrupt ends, and when it did.
// Written for Kestrel.
#include <kern/callout.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <machine/cpufunc.hpp>

namespace {

constinit callout alarm{};
constinit uint64_t woken_at{};          // just before the wakeup; 0: not yet

void wake(void *)
{
	woken_at = rdtsc();
	wakeup(&alarm);
}

// Blocks its caller for two ticks: enough for everything else to come to rest. The answer is the
// time stamp counter at the wakeup.
Errno bench_block(sysctl_oid const &, sysctl_req &req)
{
	woken_at = 0;
	callout_init(&alarm, 1);
	callout_reset(&alarm, 2, wake, nullptr);
	while (woken_at == 0)
		if (Errno const error = tsleep(&alarm, PWAIT | PCATCH, "bench", 0); error != OK)
			return error;
	return sysctl_out(req, &woken_at, sizeof woken_at);
}

SYSCTL_PROC(bench_block, "bench.block", "Sleeps; the time stamp counter at the wakeup",
    sysctl_type::u64, sysctl_access::ro, bench_block);

}
