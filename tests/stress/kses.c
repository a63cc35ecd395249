// SPDX-License-Identifier: BSD-2-Clause
// Storm: a process enters KSE mode and leaves it again and again, with as many KSEs and groups as
// the dice say, while its threads sleep, yield and wake each other's KSEs.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/raw.h"
#include "../user/lib/uts_raw.h"
#include "../user/tap.h"

#include <errno.h>

#define THREADS	12
#define STEPS	20

static uint32_t seed;
static int round_now;
static unsigned int wrong;

static void
busy(struct ru_thread *self)
{
	dice d = dice_from(seed + (uint32_t)round_now, (uint32_t)self->id);
	int32_t error;

	for (int i = 0; i < STEPS; i++) {
		switch (throw_dice(&d, 4)) {
		case 0:
			wrong += nap(0) != 0;
			break;
		case 1:
			wrong += nap(1) != 0;
			break;
		case 2:
			ru_yield(self);
			break;
		default:
			error = RAW(SYS_kse_wakeup,
			    W(ru_kses[throw_dice(&d, (uint32_t)ru_nkses)].km));
			wrong += error != 0 && error != -ESRCH;
			break;
		}
		self->result++;
	}
}

int
stress_kses(void *arg)
{
	const struct stress *stress = arg;
	dice d = dice_from(stress->seed, 0);
	int bad = 0;

	seed = stress->seed;
	for (round_now = 0; round_now < stress->size; round_now++) {
		int kses = 1 + (int)throw_dice(&d, 5);
		int groups = 1 + (int)throw_dice(&d, RU_MAXGROUPS - 1);

		if (!ru_init(THREADS))
			bail_out("no memory");
		for (int i = 0; i < kses; i++)
			ru_kse(0);
		for (int g = 1; g < groups; g++)
			ru_kse(g);
		for (int i = 0; i < THREADS; i++)
			ru_thread(i % groups, busy, 0);
		bad += ru_run() != 0;
		for (int i = 1; i <= THREADS; i++)
			bad += ru_threads()[i].result != STEPS;
		bad += RAW0(SYS_kse_exit) != -EINVAL;
		if (ru_ledger.unknown + ru_ledger.twice != 0 || ru_ledger.ends != THREADS)
			bad++;
		if (bad != 0) {
			diag("round %d: %d KSEs in group 0, %d groups", round_now, kses, groups);
			break;
		}
		if (round_now % 4 == 0)
			check_structures();
	}
	is(bad, 0, "%ld times into KSE mode and out of it, nothing lost", stress->size);
	is((long)wrong, 0, "every call succeeded");
	return failed() != 0;
}
