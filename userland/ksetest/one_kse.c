// SPDX-License-Identifier: BSD-2-Clause
// Scenario: some threads that nap, one KSE. While one naps, another runs.
// Written for Kestrel.
#include "scenarios.h"

void
scenario_one_kse(void)
{
	chapter("One KSE, threads that sleep in the kernel");
	uts_reset();
	struct ugroup *g = uts_group();
	uts_kse(g);
	for (int i = 1; i <= scale.threads; i++)
		uts_thread(g, work_sleep, 10 * i);
	run_threads(1);
	int naps = 0;
	for (int i = 1; i <= scale.threads; i++)
		naps += uts_threads[i].ut_result;
	check(naps == scale.threads * scale.rounds, "%d naps ended with success", naps);
	check(uts_totals.blocks > 0, "the kernel told us of blocked threads");
}
