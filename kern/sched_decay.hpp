// SPDX-License-Identifier: BSD-2-Clause
// The arithmetic of 4BSD scheduling: CPU use, its decay under load, and the priority it gives.
// After FreeBSD 5.0 kern_synch.c (decay_cpu, resetpriority). Pure, tested on the host too.
#pragma once

#include <kern/proc.hpp>

#include <cstdint>

// Ticks of CPU time that cost one step of priority.
inline constexpr uint32_t estcpu_per_priority = 8;
// Range of nice values; the worst CPU use costs as much as the whole range but one run queue.
inline constexpr int nice_least = -20;
inline constexpr int nice_most = 20;
inline constexpr uint32_t estcpu_most = estcpu_per_priority
    * (static_cast<uint32_t>(nice_most - nice_least) - 4) + estcpu_per_priority - 1;

constexpr uint32_t sched_estcpu_limit(uint32_t estcpu)
{
	return estcpu < estcpu_most ? estcpu : estcpu_most;
}

// Loads are fixed point with this many bits behind the point.
inline constexpr uint32_t load_shift = 11;

// sched_load_average: runnable KSEs, averaged over about eight seconds: sample() once a second.
class sched_load_average final {
public:
	constexpr sched_load_average() = default;

	void sample(uint32_t runnable)
	{
		value_ = (value_ * 7 + (runnable << load_shift)) / 8;
	}
	uint32_t value() const { return value_; }

private:
	uint32_t value_{};
};

// sched_decay: what is left of an estcpu after a second: 2 load / (2 load + 1) of it, so that 90 %
// is forgotten in about 5 seconds for each runnable thread.
constexpr uint32_t sched_decay(uint32_t estcpu, uint32_t load)
{
	uint32_t const twice = 2 * load;
	return static_cast<uint32_t>(static_cast<uint64_t>(estcpu) * twice
	    / (twice + (1u << load_shift)));
}

// sched_user_priority: 0 runs first; a timeshare priority.
constexpr uint8_t sched_user_priority(uint32_t estcpu, int nice)
{
	int const used = static_cast<int>(estcpu / estcpu_per_priority);
	int const pri = PUSER + used + (nice - nice_least);
	if (pri > PRI_MAX_TIMESHARE)
		return PRI_MAX_TIMESHARE;
	return static_cast<uint8_t>(pri < PUSER ? int{PUSER} : pri);
}
