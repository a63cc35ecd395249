// SPDX-License-Identifier: BSD-2-Clause
// Machine-independent start-up: the banner, all SYSINITs in their order, and thread0's afterlife.
// After FreeBSD's init_main.c.
#include <kern/sysinit.hpp>

#include <kern/kassert.hpp>
#include <kern/prf.hpp>
#include <kern/proc.hpp>
#include <kern/sleepq.hpp>
#include <kern/version.hpp>
#include <machine/pcpu.hpp>
#include <vm/vm_page.hpp>

SET_DECLARE(sysinit, sysinit);

namespace {

// before: whether a runs before b. The linker's order, by address, decides between equals.
bool before(sysinit const *const *a, sysinit const *const *b)
{
	if ((*a)->subsystem != (*b)->subsystem)
		return (*a)->subsystem < (*b)->subsystem;
	if ((*a)->order != (*b)->order)
		return (*a)->order < (*b)->order;
	return a < b;
}

// next_sysinit: the entry that follows `last` in order, the first one for null; null at the end.
// A scan each time: the set is short and constant, and nothing need be allocated yet.
sysinit const *const *next_sysinit(sysinit const *const *last)
{
	sysinit const *const *next = nullptr;

	for (auto at = __start_set_sysinit; at != __stop_set_sysinit; at++) {
		if (last != nullptr && !before(last, at))
			continue;
		if (next == nullptr || before(at, next))
			next = at;
	}
	return next;
}

void print_banner()
{
	uint32_t const mib = (vm_page_count().total + 255) / 256;

	printf("Kestrel %s (%s) i386, %u CPU%s, %u MiB\n", kestrel_release, kestrel_kernconf,
	    mp_found, mp_found == 1 ? "" : "s", mib);
}

}

void mi_startup()
{
	prf_locks_work();
	print_banner();
	for (auto at = next_sysinit(nullptr); at != nullptr; at = next_sysinit(at))
		(*at)->func((*at)->arg);

	// History's swapper: nothing swaps here, so nobody ever wakes it.
	static constinit char swapper_channel{};
	mtx_guard giant{Giant};
	mtx_guard g{curthread->td_proc->p_mtx};
	for (;;)
		(void)msleep(&swapper_channel, &curthread->td_proc->p_mtx, PVM, "sched", 0);
}
