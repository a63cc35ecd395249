// SPDX-License-Identifier: BSD-2-Clause
// What the stress programs share: dice, signals of a UTS, and what each of them is called with.
// Written for Kestrel.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ru_thread;
struct ru_kse;

// Dice: each user has its own, so that what is thrown does not depend on who comes first.
typedef uint32_t dice;
dice dice_from(uint32_t seed, uint32_t user);
uint32_t throw_dice(dice *d, uint32_t below);

// nap: a sleep in the kernel of up to so many ticks of 10 ms, 0 for a yield. The call's result.
int32_t nap(uint32_t ticks);

// telling_kse: a KSE whose upcalls take the signals that they are told of; signals_told: how often
// one was told since the program began. catch_quietly: a handler that must not
// run in KSE mode.
struct ru_kse *telling_kse(int group);
unsigned int signals_told(int sig);
void catch_quietly(int sig);

// check_structures: have the kernel walk all its threads, KSEs and groups; it panics at the first
// that is wrong.
void check_structures(void);

// What can be stressed. Each prints the facts that must hold, in a process of its own.
struct stress {
	uint32_t seed;
	long	 size;		// calls, rounds or steps
};
int stress_upcalls(void *stress);	// blocking calls, with a signal every millisecond
int stress_forks(void *stress);		// threads fork while others exec and exit
int stress_kses(void *stress);		// KSEs and groups come and go
int stress_stops(void *stress);		// SIGSTOP and SIGCONT
int stress_random(void *stress);	// all of it, in several processes

extern char *stress_path;		// of this program; "PATH --exit N" exits with N
