// SPDX-License-Identifier: BSD-2-Clause
// Dice for the scheduler: numbers from a seed, and switches where a lock was released.
// Written for Kestrel; the numbers are Marsaglia's xorshift.
#include <kern/sched_seed.hpp>

#include <kern/kassert.hpp>
#include <kern/proc.hpp>
#include <kern/sched.hpp>
#include <kern/shutdown.hpp>
#include <kern/sysctl.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

constinit atomic<uint32_t> sched_seed{0};

namespace {

// One release in so many switches.
constexpr uint32_t switch_odds = 16;

// Never 0 once seeded. Only the CPU itself throws; what an interrupt handler throws in between is
// thrown twice, which does no harm.
constinit atomic<uint32_t> states[MAXCPU]{};
constinit atomic<uint32_t> switches{0};

uint32_t advance(uint32_t x)
{
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

// may_switch: mi_switch is legal here, and would find another thread to go to.
bool may_switch(thread const *td)
{
	pcpu const *pc = get_pcpu();
	return td->td_critnest == 0 && intr_enabled() && pc->pc_intr_nesting == 0 &&
	    pc->pc_idlethread != nullptr && (td->td_flags & TDF_IDLETD) == 0 &&
	    TD_IS_RUNNING(td) && !panicking;
}

// kern.sched.seed.
Errno sysctl_seed(sysctl_oid const &, sysctl_req &req)
{
	uint32_t seed = sched_seed.load(order::relaxed);

	TRY(sysctl_out(req, &seed, sizeof(seed)));
	if (req.newp == uaddr{})
		return OK;
	if (req.newlen != sizeof(seed))
		return EINVAL;
	TRY(sysctl_in(req, &seed, sizeof(seed)));
	sched_set_seed(seed);
	return OK;
}
SYSCTL_PROC(sched_seed_oid, "kern.sched.seed",
    "Not 0: preempt at random where locks are released, as this seed decides",
    sysctl_type::integer, sysctl_access::rwtun, sysctl_seed);

}

void sched_set_seed(uint32_t seed)
{
	sched_seed.store(0, order::relaxed);
	for (uint32_t cpu = 0; cpu < MAXCPU; cpu++) {
		// Neighbouring seeds and CPUs begin far apart: a few rounds mix the bits.
		uint32_t state = seed * 0x9e3779b9u + cpu * 0x85ebca6bu + 1;
		for (int round = 0; round < 4; round++)
			state = advance(state != 0 ? state : 1);
		states[cpu].store(state, order::relaxed);
	}
	sched_seed.store(seed, order::relaxed);
}

uint32_t sched_throw(uint32_t below)
{
	atomic<uint32_t> &state = states[curcpu()];
	uint32_t const next = advance(state.load(order::relaxed));
	state.store(next, order::relaxed);
	return (next >> 8) % below;
}

// The lock is released by hand: a guard's release would throw the dice again.
NO_THREAD_SAFETY_ANALYSIS
void sched_seed_released()
{
	if (!may_switch(curthread) || sched_throw(switch_odds) != 0)
		return;
	switches.add(1, order::relaxed);
	sched_lock.lock();
	mi_switch();
	sched_lock.release();
}

uint32_t sched_seed_switches()
{
	return switches.load(order::relaxed);
}
