// SPDX-License-Identifier: BSD-2-Clause
// Scenario: the UTS itself sleeps in the kernel. Its KSE is lent to a thread whose system call can
// end meanwhile; the mailbox arrives with the next upcall, which kse_release then makes at once.
// Written for Kestrel.
#include "scenarios.h"

#include <unistd.h>

#define UTS_NAP		50	// ms

static int held[2];		// a pipe: what thread 1 waits for in the kernel
static int naps_of_uts;
static bool early_delivery;	// km_completed was touched without an upcall
static unsigned int upcalls_before, returns_before;
static struct ukse *borrowed_kse;

// Called on the UTS's stack with nothing ready: thread 1 waits in the kernel, and gets its byte. It
// cannot come back while the UTS computes, only while the UTS sleeps.
static void
nap_instead(struct ukse *k)
{
	if (naps_of_uts > 0 || uts_threads[1].ut_state != UT_INKERNEL)
		return;
	story(k, "the UTS writes the byte for thread 1, and sleeps %d ms itself", UTS_NAP);
	if (write(held[1], "x", 1) == 1 && nap(UTS_NAP) == 0)
		naps_of_uts++;
	story(k, "the UTS is awake; no upcall came, it was no thread");
	borrowed_kse = k;
	early_delivery = k->uk_mailbox.km_completed != NULL;
	upcalls_before = k->uk_upcalls;
	returns_before = uts_totals.returns;
}

static void
read_one(struct uthread *self)
{
	char byte;

	if (read(held[0], &byte, 1) == 1)
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
	uts_thread(g, read_one, 0);
	if (pipe(held) != 0)
		story_fatal("no pipe");
	uts_before_release = nap_instead;
	run_threads(1);
	uts_before_release = NULL;
	close(held[0]);
	close(held[1]);
	check(naps_of_uts == 1, "the UTS slept while the thread came back");
	check(!early_delivery, "km_completed stayed NULL: only an upcall delivers");
	check(borrowed_kse != NULL && uts_totals.returns > returns_before &&
	    borrowed_kse->uk_upcalls > upcalls_before,
	    "kse_release then made an upcall that brought the thread's mailbox");
	check(uts_threads[1].ut_result == 1, "the thread got its byte");
}
