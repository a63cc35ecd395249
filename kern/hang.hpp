// SPDX-License-Identifier: BSD-2-Clause
// Systems that do not go on: the report on everything that stands still, and who notices.
// Written for Kestrel.
#pragma once

#include <kern/config.hpp>

struct trapframe;

// hang: the system does not go on. Stops all CPUs, by NMI, and reports: where each of them is, and
// every thread with its process, state, inhibitors, KSE, group, what it sleeps on or waits for, the
// locks it holds and its backtrace; then the debugger, if somebody is there; then the end of the
// machine with the watchdog's status. `frame` is what this CPU was doing, or null: what called.
// Any context, any locks held. During a panic, or another hang, the first one reports.
[[noreturn, gnu::format(printf, 2, 3)]] void hang(trapframe const *frame, char const *format, ...);

// hang_asked: an NMI came from outside: somebody wants to know where the system hangs. Returns true
// when this CPU is in the middle of a report already, and false when another CPU is, which will
// stop this one.
bool hang_asked(trapframe *frame);

// watchdog_tick: from each clock interrupt of each CPU: does the next CPU take any? After
// kern.watchdog.period seconds without, as this CPU counts them by its own interrupts, hang().
// DEBUG kernels only (kern_watchdog.cpp).
void watchdog_tick();
