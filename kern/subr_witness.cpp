// SPDX-License-Identifier: BSD-2-Clause
// The lock-order checker: ranks of the locks that a thread holds, against the one it wants.
// After FreeBSD's witness(4); a total order by rank (lock_order.hpp) instead of a learned one.
#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <kern/sysctl.hpp>
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

// witness_seen[h]: bit n: a lock of rank n was taken by a thread that held one of rank h.
constexpr uint32_t ranks = static_cast<uint32_t>(lock_rank::past_last);
static_assert(ranks <= 32, "the ranks are bits of a word");
static constinit atomic<uint32_t> witness_seen[ranks]{};

// note: the orders that the thread, which has `held`, makes by taking `lo`. A word is written only
// when it changes: other CPUs read it at each acquisition, too.
static void note(held_locks const &held, lock_object const &lo)
{
	uint32_t const bit = 1u << rank_of(lo);
	for (uint32_t i = 0; i < held.count; i++) {
		atomic<uint32_t> &seen = witness_seen[rank_of(*held.held[i])];
		if ((seen.load(order::relaxed) & bit) == 0)
			seen.set(bit, order::relaxed);
	}
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
	note(held, lo);
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

// --- debug.witness.graph: the order of the locks, in the language of graphviz --------------------

[[gnu::format(printf, 2, 3)]] static Errno add(sysctl_req &req, char const *format, ...)
{
	char line[96];
	va_list args;

	va_start(args, format);
	int const length = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	KASSERT(length < static_cast<int>(sizeof line), "a line of %d letters", length);
	return sysctl_out(req, line, static_cast<size_t>(length));
}

static char const *name_of(uint32_t rank)
{
	return lock_rank_name(static_cast<lock_rank>(rank));
}

// The declared order is a chain of dotted arrows; what was seen are the others.
static Errno graph_handler(sysctl_oid const &, sysctl_req &req)
{
	constexpr auto first = static_cast<uint32_t>(lock_rank::giant);

	TRY(add(req, "digraph lock_order {\n"));
	for (uint32_t r = first; r < ranks; r++)
		TRY(add(req, "\t%s [label=\"%s\\nrank %u\", shape=%s];\n", name_of(r), name_of(r),
		    r, lock_rank_spins(static_cast<lock_rank>(r)) ? "ellipse" : "box"));
	for (uint32_t r = first; r + 1 < ranks; r++)
		TRY(add(req, "\t%s -> %s [style=dotted];\n", name_of(r), name_of(r + 1)));
	for (uint32_t held = first; held < ranks; held++) {
		uint32_t const seen = witness_seen[held].load(order::relaxed);
		for (uint32_t r = first; r < ranks; r++)
			if ((seen & 1u << r) != 0)
				TRY(add(req, "\t%s -> %s;\n", name_of(held), name_of(r)));
	}
	TRY(add(req, "}\n"));
	return sysctl_out(req, "", 1);
}
SYSCTL_PROC(witness_graph, "debug.witness.graph",
    "Order of the locks, declared (dotted) and seen, for graphviz", sysctl_type::string,
    sysctl_access::ro, graph_handler);
