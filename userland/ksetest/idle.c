// SPDX-License-Identifier: BSD-2-Clause
// Scenario: a KSE with nothing to do idles in kse_release; kse_wakeup, by its mailbox or by NULL,
// makes it upcall. No thread moves, so every upcall it gets is due to a wakeup.
// Written for Kestrel.
#include "scenarios.h"

#include <errno.h>

#define PATIENCE	500	// naps of one tick before we call it lost

static bool woken_by_mailbox, woken_by_null;

// Runs as the UTS does: the calls below are synchronous.
static unsigned int
upcalls_of(const struct ukse *k)
{
	return __atomic_load_n(&k->uk_upcalls, __ATOMIC_ACQUIRE);
}

static bool
upcall_came(const struct ukse *k, unsigned int before)
{
	for (int i = 0; i < PATIENCE && upcalls_of(k) == before; i++)
		nap(1);
	return upcalls_of(k) != before;
}

// kse_wakeup(NULL) finds a KSE only once it idles in the kernel.
static bool
wake_any(void)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (kse_wakeup(NULL) == 0)
			return true;
		nap(1);
	}
	return false;
}

static void
waker(struct uthread *self)
{
	struct ukse *other;
	unsigned int before;

	uts_sync_begin(self);
	other = self->ut_kse == &uts_kses[0] ? &uts_kses[1] : &uts_kses[0];
	upcall_came(other, 0);
	nap(20);
	before = upcalls_of(other);
	story(self->ut_kse, "thread %d calls kse_wakeup(KSE %d)", self->ut_id, other->uk_id);
	if (kse_wakeup(&other->uk_mailbox) == 0)
		woken_by_mailbox = upcall_came(other, before);

	nap(20);
	before = upcalls_of(other);
	story(self->ut_kse, "thread %d calls kse_wakeup(NULL)", self->ut_id);
	if (wake_any())
		woken_by_null = upcall_came(other, before);
	uts_sync_end(self);
}

void
scenario_idle(void)
{
	chapter("An idle KSE, woken by its mailbox and by NULL");
	uts_reset();
	woken_by_mailbox = woken_by_null = false;
	struct ugroup *g = uts_group();
	uts_kse(g);
	uts_kse(g);
	uts_thread(g, waker, 0);
	run_threads(0);
	check(woken_by_mailbox, "kse_wakeup with the mailbox of an idle KSE made it upcall");
	check(woken_by_null, "kse_wakeup(NULL) found the idle KSE of the group");
}
