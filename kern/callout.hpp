// SPDX-License-Identifier: BSD-2-Clause
// Timeouts: a function called once from the clock interrupt, some ticks from now.
// After FreeBSD timeout(9): callout_init, callout_reset, callout_stop.
#pragma once

#include <support/tailq.hpp>

#include <cstdint>

// ticks: clock interrupts since boot, at kern.hz a second. Wraps; compare by signed difference.
extern int volatile ticks;
// hz: ticks in a second.
extern int hz;

struct callout final {
	tailq_link<callout> c_link{};           // (h) in its wheel slot
	int   c_time{};                         // (h) tick at which it is due
	void (*c_func)(void *){};               // (h) called from the clock interrupt, lock-free
	void *c_arg{};                          // (h)
	bool  c_pending{};                      // (h) armed and not yet taken off to run
};

// callout_init: before first use, or when the last use is known to be over. mpsafe is history's
// argument: all functions run without Giant here.
void callout_init(callout *c, int mpsafe);

// callout_reset: call func(arg) `delay` ticks from now (at least 1), replacing an earlier setting.
// Any context; takes the callout lock, so only locks that rank below it may be held.
void callout_reset(callout *c, int delay, void (*func)(void *), void *arg);

// callout_stop: 1 when it was pending and will not run; 0 when it has run, is running, or never was
// set.
int callout_stop(callout *c);

// callout_tick: run what is due; from hardclock on the boot CPU.
void callout_tick();
