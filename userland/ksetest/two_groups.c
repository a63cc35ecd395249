// SPDX-License-Identifier: BSD-2-Clause
// Scenario: two groups, each with its own KSEs and threads: what one group's threads do comes back
// to that group only.
// Written for Kestrel.
#include "scenarios.h"

static unsigned int strangers;	// threads that found themselves on a KSE of the other group

static void
nap_and_look(struct uthread *self)
{
	for (int i = 0; i < scale.rounds; i++) {
		if (nap(10) == 0)
			self->ut_result++;
		uts_sync_begin(self);
		bool stranger = self->ut_kse->uk_group != self->ut_group;
		uts_sync_end(self);
		if (stranger)
			__atomic_fetch_add(&strangers, 1, __ATOMIC_RELAXED);
	}
}

void
scenario_two_groups(void)
{
	int naps = 0;

	chapter("Two groups");
	uts_reset();
	strangers = 0;
	struct ugroup *first = uts_group(), *second = uts_group();
	uts_kse(first);
	uts_kse(second);
	for (int i = 0; i < scale.threads; i++) {
		uts_thread(first, nap_and_look, 0);
		uts_thread(second, nap_and_look, 0);
	}
	run_threads(2);
	for (int i = 1; i < uts_nthreads; i++)
		naps += uts_threads[i].ut_result;
	check(naps == 2 * scale.threads * scale.rounds, "%d naps ended with success", naps);
	check(strangers == 0, "no thread ever ran on a KSE of the other group");
	check(uts_kses[1].uk_upcalls > 1, "the second group's KSE had %u upcalls",
	    uts_kses[1].uk_upcalls);
}
