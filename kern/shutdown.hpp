// SPDX-License-Identifier: BSD-2-Clause
// The end of a run: what happens on the way to power-off, and who else has to hear of a panic.
// After FreeBSD's kern_shutdown.c; plain hooks instead of event handlers.
#pragma once

#include <sys/reboot.h>

#include <cstdint>

// exit_status: what the run as a whole returns to its host; sysctl kern.exit_status, set by init.
extern int exit_status;

// panicking: a panic is under way on some CPU. Locks and checks give way then.
extern bool panicking;

// shutdown_report: told exit_status before an orderly power-off; null: nobody listens. Set once at
// boot by the driver of the host channel. Called in thread context or at rest, no locks held.
using shutdown_reporter = void(int status);
extern shutdown_reporter *shutdown_report;

// stop_other_cpus: brings all CPUs but this one to a halt; null while there is one. Set when others
// start. Called by panic with interrupts off, whatever locks are held anywhere.
using cpu_stopper = void();
extern cpu_stopper *stop_other_cpus;

// panic_claim: to be the one CPU that ends the run and says why; any context, interrupts off.
// first: this CPU now is it; again: it was already; other: another CPU is, and stops this one.
enum class run_end : uint8_t { first, again, other };
run_end panic_claim();

// panic_begin: after a first claim: locks give way, and all other CPUs are stopped.
void panic_begin();

// print_cpu: a line on what CPU `cpu` runs. print_other_cpus: all CPUs but this one, as they were
// stopped, with backtraces. For reports, after panic_begin().
void print_cpu(uint32_t cpu);
void print_other_cpus();

// kern_reboot: end the run as `howto` says (RB_POWEROFF, RB_HALT, or restart). Any context.
[[noreturn]] void kern_reboot(int howto);
