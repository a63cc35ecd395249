// SPDX-License-Identifier: BSD-2-Clause
// The lock-order checker: ranks of the locks that a thread holds, against the one it wants.
// After FreeBSD's witness(4); a total order by rank (lock_order.hpp) instead of a learned one.
#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

// Every thread keeps its own record, so a lock that changes hands across a switch is on two: each
// thread that sleeps inside mi_switch has sched_lock on its list and finds it there, truly, when it
// runs again; a new thread gets it from fork_exit; that of a dead thread is forgotten with it.

// silent: panic() has this CPU; what it finds locked is no news.
static bool silent()
{
	return get_pcpu()->pc_kernel_panicking != 0;
}

static unsigned rank_of(lock_object const &lo)
{
	return static_cast<unsigned>(lo.rank);
}

// check_pair: `lo` is wanted by a thread that holds `held`.
static void check_pair(lock_object const &held, lock_object const &lo)
{
	if (&held == &lo)
		panic("recursion on lock %s", lo.name);
	if (lock_rank_spins(held.rank) && !lock_rank_spins(lo.rank))
		panic("mutex %s wanted with spin mutex %s held", lo.name, held.name);
	if (held.rank > lo.rank || (held.rank == lo.rank && !lock_rank_nests(lo.rank)))
		panic("lock order reversal: %s (rank %u) wanted with %s (rank %u) held", lo.name,
		    rank_of(lo), held.name, rank_of(held));
}

void witness_check(lock_object const &lo)
{
	if (silent())
		return;
	if (!lock_rank_spins(lo.rank) && get_pcpu()->pc_intr_nesting != 0)
		panic("mutex %s wanted in an interrupt handler", lo.name);
	held_locks const &held = curthread->td_sleeplocks;
	for (uint32_t i = 0; i < held.count; i++)
		check_pair(*held.held[i], lo);
}

// The record is changed with interrupts off: handlers push and pop the locks they take on the list
// of the thread that they interrupt.
void witness_acquired(lock_object const &lo)
{
	if (silent())
		return;
	held_locks &held = curthread->td_sleeplocks;
	uint32_t const flags = intr_disable();
	if (held.count == held_locks::most)
		panic("thread %p holds %u locks and takes %s", curthread, held.count, lo.name);
	held.held[held.count++] = &lo;
	intr_restore(flags);
}

void witness_released(lock_object const &lo)
{
	if (silent())
		return;
	held_locks &held = curthread->td_sleeplocks;
	uint32_t const flags = intr_disable();
	uint32_t i = held.count;
	while (i != 0 && held.held[i - 1] != &lo)
		i--;
	if (i == 0)
		panic("lock %s released, which thread %p is not known to hold", lo.name, curthread);
	for (; i < held.count; i++)
		held.held[i - 1] = held.held[i];
	held.count--;
	intr_restore(flags);
}

void witness_sleep_check(lock_object const *except, char const *wmesg)
{
	if (silent())
		return;
	if (get_pcpu()->pc_intr_nesting != 0)
		panic("sleep (%s) in an interrupt handler", wmesg);
	held_locks const &held = curthread->td_sleeplocks;
	for (uint32_t i = 0; i < held.count; i++) {
		lock_object const *lo = held.held[i];
		if (lo != except && lo != &Giant.object())
			panic("sleep (%s) with lock %s held", wmesg, lo->name);
	}
}

void witness_print_held(thread const *td)
{
	held_locks const &held = td->td_sleeplocks;
	for (uint32_t i = 0; i < held.count && i < held_locks::most; i++)
		printf("  holds %.31s (rank %u)\n", held.held[i]->name, rank_of(*held.held[i]));
}

void witness_abandon()
{
	thread *td = curthread;
	held_locks &held = td->td_sleeplocks;

	for (uint32_t i = held.count; i != 0; i--) {
		if (lock_rank_spins(held.held[i - 1]->rank))
			spin_mtx::abandon(*held.held[i - 1]);
	}
	while (td->td_critnest != 0)
		critical_exit();
	intr_restore(intr_flags_on);
	// From here on a switch is allowed: waiters may want to run.
	while (held.count != 0)
		mtx::abandon(*held.held[held.count - 1]);
}
