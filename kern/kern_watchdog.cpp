// SPDX-License-Identifier: BSD-2-Clause
// The watchdog: each CPU looks after the next one, whether it takes its clock interrupts.
// Written for Kestrel; the period is a hang detector, not a target.
#include <kern/hang.hpp>

#include <kern/callout.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>

namespace {

constinit int period{60};
SYSCTL_INT(watchdog_period, "kern.watchdog.period",
    "Seconds without clock interrupts until a CPU hangs; 0: never", period, sysctl_access::rwtun, 0,
    3600);

// What a CPU knows of the next one. Only the CPU itself uses it, in its clock interrupt.
struct alignas(64) watch final {
	uint32_t next;          // whom it is about
	uint32_t seen;          // that CPU's count of clock interrupts
	uint32_t silent;        // clock interrupts here, since that changed
};
constinit watch watches[MAXCPU]{};

}

// Counted in this CPU's own interrupts: a machine that was stopped as a whole, by its host or by a
// debugger, has hung no CPU.
void watchdog_tick()
{
	uint32_t const self = curcpu();
	uint32_t const next = self + 1 < mp_ncpus ? self + 1 : 0;
	watch &w = watches[self];

	if (next == self || period == 0)
		return;
	uint32_t const count = pcpu_find(next)->pc_hardclocks;
	if (w.next != next || w.seen != count) {
		w = {next, count, 0};
		return;
	}
	if (++w.silent >= static_cast<uint32_t>(period) * static_cast<uint32_t>(hz))
		hang(nullptr, "cpu %u takes no clock interrupts for %d seconds", next, period);
}
