// SPDX-License-Identifier: BSD-2-Clause
// The end of a test that does not end: who hangs, and where.
// Written for Kestrel; times are hang detectors, not targets.
#include <kern/selftest_watch.hpp>

#include <kern/callout.hpp>
#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ksyms.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/sysctl.hpp>

namespace {

constinit int timeout{60};
SYSCTL_INT(selftest_timeout, "kern.selftest.timeout", "Seconds until an in-kernel test hangs",
    timeout, sysctl_access::rwtun, 1, 3600);

constinit callout watchdog{};

constexpr size_t frames_shown = 8;
constexpr uint32_t events_shown = 64;

void print_thread(proc const &p, thread const &td)
{
	uintptr_t pcs[frames_shown];

	printf("pid %d %s tid %u: state %#x inhibitors %#x pri %u wmesg %s lock %s\n", p.p_pid,
	    p.p_comm, td.td_tid, td.td_state, td.td_inhibitors, td.td_priority,
	    td.td_wmesg != nullptr ? td.td_wmesg : "-",
	    td.td_lockname != nullptr ? td.td_lockname : "-");
	// sched_lock alone says nothing: every thread that is switched out has it on its record.
	if (td.td_sleeplocks.count > 1)
		witness_print_held(&td);
	if (!TD_IS_RUNNING(&td))
		print_backtrace(pcs, stack_trace_thread(&td, pcs, frames_shown));
}

// expired: from the clock interrupt. Nobody runs after it, so the list is walked without
// proctree_lock, which a hanging thread may hold.
NO_THREAD_SAFETY_ANALYSIS
void expired(void *)
{
	uintptr_t pcs[2 * frames_shown];
	char const *const test = selftest_running();

	printf("\nBail out! test %s hangs: not done after %d seconds\n",
	    test != nullptr ? test : "(none)", timeout);
	for (proc const &p : allproc)
		for (thread const &td : p.p_threads)
			print_thread(p, td);
	printf("interrupted:\n");
	print_backtrace(pcs, stack_trace(0, pcs, 2 * frames_shown));
	if (ktr_mask != 0)
		ktr_print_last(events_shown);
	cpu_poweroff(poweroff_status::watchdog);
}

}

void selftest_watch_start()
{
	callout_reset(&watchdog, timeout * hz, expired, nullptr);
}

void selftest_watch_stop()
{
	(void)callout_stop(&watchdog);
}
