// SPDX-License-Identifier: BSD-2-Clause
// Boot order: functions sorted by subsystem and order, run once by mi_startup.
// After FreeBSD SYSINIT(9).
#pragma once

#include <support/linker_set.hpp>

#include <cstdint>

// si_sub: each says what is usable from there on. Before the first: frames, pmap, zones, console
// output, locks, curthread = thread0.
enum si_sub : uint32_t {
	SI_SUB_KMEM = 0x0600000,        // kmalloc
	SI_SUB_TUNABLES = 0x0700000,    // sysctls marked tunable have their command-line values
	SI_SUB_VM = 0x1000000,          // kernel address arena, vmspaces
	SI_SUB_RUN_QUEUE = 0x2000000,   // setrunqueue
	SI_SUB_INTRINSIC = 0x2100000,   // thread zones, process table, proc0 complete
	SI_SUB_CLOCKS = 0x4800000,      // callouts, ticks, nanouptime
	SI_SUB_DEVICES = 0x5000000,     // console input, host channel
	SI_SUB_ROOT = 0x6000000,        // files of the boot image
	SI_SUB_SMP = 0x7000000,         // all CPUs run
	SI_SUB_KTHREAD = 0x8000000,     // kernel processes run
	SI_SUB_SELFTEST = 0xe000000,    // in-kernel tests, when asked for
	SI_SUB_INIT = 0xf000000,        // the first user process starts
};

enum si_order : uint32_t {
	SI_ORDER_FIRST = 0,
	SI_ORDER_SECOND = 1,
	SI_ORDER_MIDDLE = 0x1000000,
	SI_ORDER_ANY = 0xfffffff,       // last
};

struct sysinit final {
	char const *name;
	si_sub      subsystem;
	uint32_t    order;
	void      (*func)(void *);
	void       *arg;
};

// SYSINIT(name, subsystem, order, func, arg): call func(arg) at boot, in thread0.
#define SYSINIT(name, subsystem, order, func, arg) \
	static constinit sysinit const sysinit_##name{#name, subsystem, order, func, arg}; \
	SET_ENTRY(sysinit, sysinit_##name)

// mi_startup: run all, then sleep for ever, as the swapper of history. From i386_init, once.
[[noreturn]] void mi_startup();
