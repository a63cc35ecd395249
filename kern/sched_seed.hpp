// SPDX-License-Identifier: BSD-2-Clause
// Dice for the scheduler: under kern.sched.seed, choices where any is right are made at random.
// Written for Kestrel; DEBUG kernels only.
#pragma once

#include <kern/config.hpp>
#include <support/atomic.hpp>

#include <cstdint>

// What is thrown for while kern.sched.seed (on the command line also sched.seed) is not 0:
//
//   a mutex or spin mutex was released where a switch is legal    switch here? one in sixteen
//   a spin mutex is contended                                     look again after 0 to 63 pauses
//   several KSEs of the best priority are queued                  the first or the second
//
// Each CPU has its own sequence of numbers, made from the seed and its number: what happens is a
// function of the seed wherever interrupts come at fixed points (--icount).

// sched_seed: kern.sched.seed; 0: no dice. Anybody may read it.
extern atomic<uint32_t> sched_seed;

// sched_dice: whether they are thrown at all. False at compile time in RELEASE kernels.
inline bool sched_dice()
{
	if constexpr (config::invariants)
		return sched_seed.load(order::relaxed) != 0;
	return false;
}

// sched_set_seed: seeds all CPUs' sequences anew. Any context.
void sched_set_seed(uint32_t seed);

// sched_throw: a number below `below`, not 0, from this CPU's sequence. Any context.
uint32_t sched_throw(uint32_t below);

// sched_seed_released: curthread has just released a lock: perhaps it makes room for others, as if
// its time were up. Does nothing in critical sections, with interrupts off, in interrupt handlers,
// in idle threads, before there are idle threads, and in panic().
void sched_seed_released();

// sched_seed_switches: how often sched_seed_released has switched since boot; wraps.
uint32_t sched_seed_switches();
