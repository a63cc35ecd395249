// SPDX-License-Identifier: BSD-2-Clause
// Scenario: signals that the process catches come to the UTS by upcall, one for each sent, while
// other threads sleep undisturbed; no handler runs on a thread's stack.
// Written for Kestrel.
#include "scenarios.h"

#include <signal.h>
#include <unistd.h>

#define SENT		20
#define PATIENCE	500	// naps of one tick before we call it lost

static int arrived;
static unsigned int handled;

static void
handler(int sig)
{
	(void)sig;
	__atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static unsigned int
told(void)
{
	return __atomic_load_n(&uts_signals[SIGUSR1], __ATOMIC_ACQUIRE);
}

static void
sender(struct uthread *self)
{
	for (int i = 0; i < SENT; i++) {
		unsigned int before = told();

		story(self->ut_kse, "thread %d sends signal %d", self->ut_id, SIGUSR1);
		kill(getpid(), SIGUSR1);
		for (int wait = 0; wait < PATIENCE && told() == before; wait++)
			nap(1);
		arrived += told() == before + 1;
	}
}

void
scenario_signals(void)
{
	chapter("Signals come to the scheduler by upcall");
	uts_reset();
	arrived = 0;
	signal(SIGUSR1, handler);
	struct ugroup *g = uts_group();
	uts_kse(g);
	uts_kse(g);
	uts_thread(g, sender, 0);
	struct uthread *sleeper = uts_thread(g, work_sleep, 10);
	run_threads(1);
	signal(SIGUSR1, SIG_DFL);
	check(arrived == SENT, "each signal was in km_sigscaught once");
	check(handled == 0, "and ran no handler");
	check(sleeper->ut_result == scale.rounds, "another thread's sleeps were not broken off");
}
