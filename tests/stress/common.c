// SPDX-License-Identifier: BSD-2-Clause
// What the stress programs share.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/chance.h"
#include "../user/lib/raw.h"
#include "../user/lib/uts_raw.h"
#include "../user/tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/sysctl.h>
#include <time.h>

#define KM_SIGSCAUGHT	2	// first of four words of a kse_mailbox

static unsigned int told[33];

dice
dice_from(uint32_t seed, uint32_t user)
{
	dice d = seed * 0x9e3779b9u + user * 0x85ebca6bu + 1;

	if (d == 0)
		d = 1;
	for (int i = 0; i < 4; i++)
		throw_dice(&d, 2);
	return d;
}

uint32_t
throw_dice(dice *d, uint32_t below)
{
	return (chance_next(d) >> 8) % below;
}

int32_t
nap(uint32_t ticks)
{
	struct timespec ts = { 0, (long)ticks * 10000000L };

	return ticks == 0 ? RAW0(SYS_sched_yield) : RAW(SYS_nanosleep, W(&ts), 0);
}

static void
telling_upcall(uint32_t *km)
{
	for (int w = 0; w < 4; w++) {
		uint32_t bits = __atomic_exchange_n(&km[KM_SIGSCAUGHT + w], 0, __ATOMIC_ACQ_REL);

		for (; bits != 0; bits &= bits - 1) {
			int sig = w * 32 + __builtin_ctz(bits) + 1;
			__atomic_fetch_add(&told[sig < 33 ? sig : 0], 1, __ATOMIC_RELEASE);
		}
	}
	ru_upcall(km);
}

struct ru_kse *
telling_kse(int group)
{
	struct ru_kse *k = ru_kse(group);

	k->km[KM_FUNC] = W(telling_upcall);
	return k;
}

unsigned int
signals_told(int sig)
{
	return __atomic_load_n(&told[sig], __ATOMIC_ACQUIRE);
}

// In KSE mode the UTS is told; before and after it a signal is the program's.
static void
never(int sig)
{
	if (RAW(SYS_kse_wakeup, 0) != -EINVAL)
		bail_out("signal %d came to a thread", sig);
}

void
catch_quietly(int sig)
{
	struct sigaction act = { .sa_flags = 0 };

	act.sa_handler = never;
	sigaction(sig, &act, NULL);
}

void
check_structures(void)
{
	int one = 1;

	if (sysctlbyname("kern.threads.check", NULL, NULL, &one, sizeof one) != 0)
		bail_out("kern.threads.check cannot be set");
}
