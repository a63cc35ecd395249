// SPDX-License-Identifier: BSD-2-Clause
// Scenario: several KSEs in one group share threads that nap, compute, and talk through pipes.
// Written for Kestrel.
#include "scenarios.h"

static void
start_work(struct ugroup *g)
{
	for (int i = 1; i <= scale.threads; i++) {
		switch (i % 4) {
		case 0:
			uts_thread(g, work_sleep, 10);
			break;
		case 1:
			uts_thread(g, work_compute, i);
			break;
		case 2:		// a reader, and in the next place its writer
			uts_thread(g, work_read, i / 4);
			break;
		case 3:
			uts_thread(g, work_write, i / 4);
			break;
		}
	}
	if (scale.threads % 4 == 2)	// the last reader has no writer yet
		uts_thread(g, work_write, scale.threads / 4);
}

static bool
right_result(const struct uthread *t)
{
	if (t->ut_func == work_sleep)
		return t->ut_result == scale.rounds;
	if (t->ut_func == work_compute)
		return t->ut_result == work_expected(t->ut_arg);
	return t->ut_result == work_pipe_sum(t->ut_arg);
}

void
scenario_several(void)
{
	int wrong = 0, entered = 0;

	chapter("Several KSEs in one group");
	uts_reset();
	struct ugroup *g = uts_group();
	for (int i = 0; i < scale.kses; i++)
		uts_kse(g);
	work_open(scale.threads / 4 + 1);
	start_work(g);
	run_threads(0);
	work_close();
	for (int i = 1; i < uts_nthreads; i++)
		wrong += !right_result(&uts_threads[i]);
	check(wrong == 0, "naps, sums and bytes of all threads are right");
	for (int i = 1; i < uts_nkses; i++)
		entered += uts_kses[i].uk_upcalls > 0;
	check(entered == uts_nkses - 1, "each further KSE began with an upcall: %d", entered);
}
