// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's view of locks, kernel memory and the trace.
// After FreeBSD's witness(4) and vm/uma_core.c, as their ddb commands show them.
#include <kern/ddb.hpp>

#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/lock_order.hpp>
#include <machine/pcpu.hpp>
#include <vm/uma_zone.hpp>

namespace {

template <class Lock>
void lock_line(Lock const &lock)
{
	thread const *const owner = lock.owner();
	if (owner == nullptr)
		printf("%s: free\n", lock.object().name);
	else
		printf("%s: thread %u, depth %u\n", lock.object().name, owner->td_tid,
		    lock.recursion() + 1);
}

// held: what witness knows, but for a thread off the CPU that has nothing but sched_lock: it finds
// that there, truly, when it runs again.
bool held(thread *td, void *)
{
	uint32_t const count = td->td_sleeplocks.count;
	if (count == 0 || (count == 1 && kdb_cpu_of(td) == NOCPU))
		return true;
	printf("thread %u (%.19s):\n", td->td_tid, td->td_proc->p_comm);
	witness_print_held(td);
	return true;
}

bool contested(thread *td, void *)
{
	for (mtx const &m : td->td_contested) {
		printf("%s: contested, owner thread %u at priority %u, own %u\n", m.object().name,
		    td->td_tid, td->td_priority, td->td_base_pri);
		for (thread const &waiter : m.mtx_blocked)
			printf("  thread %u waits, priority %u\n", waiter.td_tid,
			    waiter.td_priority);
	}
	return true;
}

// holders: who has a lock of that rank.
struct holders final {
	lock_rank rank;
	bool      any;
};
bool print_holder(thread *td, void *arg)
{
	auto &wanted = *static_cast<holders *>(arg);
	held_locks const &locks = td->td_sleeplocks;
	for (uint32_t i = 0; i < locks.count && i < held_locks::most; i++) {
		if (locks.held[i]->rank != wanted.rank ||
		    (wanted.rank == lock_rank::sched && kdb_cpu_of(td) == NOCPU))
			continue;
		printf("%s %.31s by %u", wanted.any ? "," : "; held:", locks.held[i]->name,
		    td->td_tid);
		wanted.any = true;
	}
	return true;
}

}

void ddb_show_locks(ddb_args &args)
{
	ddb_end(args);
	lock_line(sched_lock);
	lock_line(Giant);
	lock_line(proctree_lock);
	kdb_each_thread(held, nullptr);
	kdb_each_thread(contested, nullptr);
}

void ddb_show_witness(ddb_args &args)
{
	ddb_end(args);
	printf("A holder of a lock may take those below it.\n");
	for (auto r = static_cast<uint8_t>(lock_rank::giant);
	     r < static_cast<uint8_t>(lock_rank::past_last); r++) {
		auto const rank = static_cast<lock_rank>(r);
		printf("%3u %-12s %s%s", r, lock_rank_name(rank),
		    lock_rank_spins(rank) ? "spins" : "sleeps",
		    lock_rank_nests(rank) ? ", two at once" : "");
		holders wanted{rank, false};
		kdb_each_thread(print_holder, &wanted);
		printf("\n");
	}
}

void ddb_show_zones(ddb_args &args)
{
	ddb_end(args);
	printf("%-16s %8s %8s %8s %8s %10s %8s\n", "ZONE", "SIZE", "LIMIT", "USED", "FREE",
	    "REQUESTS", "FAILURES");
	uma_zone_stats z;
	for (uint32_t i = 0; uma_zone_peek_nth(i, z); i++)
		printf("%-16.16s %8zu %8u %8u %8u %10u %8u\n", z.name, z.size, z.limit, z.used,
		    z.free, z.requests, z.failures);
}

void ddb_show_ktr(ddb_args &args)
{
	uint32_t const count = ddb_number(args, 32);
	ddb_end(args);
	if (ktr_mask == 0)
		printf("debug.ktr.mask is 0: nothing is recorded now\n");
	ktr_print_last(count);
}
