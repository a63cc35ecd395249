// SPDX-License-Identifier: BSD-2-Clause
// Scenario: the UTS itself sleeps in the kernel. Its KSE is lent to a thread whose system call ends
// meanwhile; the mailbox arrives with the next upcall, which kse_release then makes at once.
// Written for Kestrel.
#include "scenarios.h"

#include <time.h>

#define THREAD_NAP	20	// ms
#define UTS_NAP		100	// ms: long enough for the thread to come back meanwhile

static int naps_of_uts;
static bool early_delivery;	// km_completed was touched without an upcall
static unsigned int upcalls_before, returns_before;
static struct ukse *borrowed_kse;

// Called on the UTS's stack with nothing ready: thread 1 naps in the kernel.
static void
nap_instead(struct ukse *k)
{
	if (naps_of_uts > 0 || uts_threads[1].ut_state != UT_INKERNEL)
		return;
	story(k, "the UTS itself sleeps %d ms in the kernel", UTS_NAP);
	if (nap(UTS_NAP) == 0)
		naps_of_uts++;
	story(k, "the UTS is awake; no upcall came, it was no thread");
	borrowed_kse = k;
	early_delivery = k->uk_mailbox.km_completed != NULL;
	upcalls_before = k->uk_upcalls;
	returns_before = uts_totals.returns;
}

static void
nap_once(struct uthread *self)
{
	if (nap(THREAD_NAP) == 0)
		self->ut_result = 1;
}

void
scenario_borrowed(void)
{
	chapter("A borrowed KSE: the UTS sleeps, and a thread comes back meanwhile");
	uts_reset();
	naps_of_uts = 0;
	early_delivery = false;
	borrowed_kse = NULL;
	struct ugroup *g = uts_group();
	uts_kse(g);
	uts_thread(g, nap_once, 0);
	uts_before_release = nap_instead;
	run_threads(1);
	uts_before_release = NULL;
	check(naps_of_uts == 1, "the UTS slept %d ms while the thread slept %d ms",
	    UTS_NAP, THREAD_NAP);
	check(!early_delivery, "km_completed stayed NULL: only an upcall delivers");
	check(borrowed_kse != NULL && uts_totals.returns > returns_before &&
	    borrowed_kse->uk_upcalls > upcalls_before,
	    "kse_release then made an upcall that brought the thread's mailbox");
	check(uts_threads[1].ut_result == 1, "the thread's nap ended with success");
}
