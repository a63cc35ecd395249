// SPDX-License-Identifier: BSD-2-Clause
// Several groups in one process: threads come back to their own group only, groups come and go.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <time.h>

#define THREADS	40	// a group
#define ROUNDS	20

static int pipes[RU_MAXGROUPS][2];
static const struct timespec shortest = { 0, 1000000 };	// to the next tick

// result: uses of the kernel that went wrong, plus a million for each time on a foreign KSE.
static void
sleeper(struct ru_thread *self)
{
	for (int i = 0; i < ROUNDS; i++) {
		self->result += RAW(SYS_nanosleep, W(&shortest), 0) != 0;
		ru_sync(self, true);
		self->result += self->kse->group != self->group ? 1000000 : 0;
		ru_sync(self, false);
	}
}

// Groups talk with each other: what one writes wakes a thread of the next.
static void
relay(struct ru_thread *self)
{
	char byte;

	for (int i = 0; i < ROUNDS; i++) {
		self->result += RAW(SYS_read, W(pipes[self->group][0]), W(&byte), 1) != 1;
		self->result += RAW(SYS_write, W(pipes[self->arg][1]), W(&byte), 1) != 1;
	}
}

static int
groups(void *arg)
{
	int count = *(int *)arg;
	long wrong = 0;

	if (!ru_init(RU_MAXGROUPS * THREADS))
		bail_out("no memory");
	for (int g = 0; g < count; g++) {
		if (raw_pipe(pipes[g]) != 0)
			bail_out("no pipe");
		ru_kse(g);
	}
	ru_kse(0);	// the first group has two
	for (int i = 0; i < count * THREADS; i++) {
		int group = i % count;
		if (i / count % 2 == 0)
			ru_thread(group, sleeper, 0);
		else
			ru_thread(group, relay, (group + 1) % count);
	}
	// As many bytes go round as there are relays in a group.
	for (int i = 0; i < THREADS / 2; i++)
		wrong += RAW(SYS_write, W(pipes[0][1]), W("r"), 1) != 1;
	is(ru_run(), 0, "%d groups of %d threads", count, THREADS);
	ru_balanced("all came back");
	for (int i = 1; i <= count * THREADS; i++)
		wrong += ru_threads()[i].result;
	is(wrong, 0, "each to its own group, with the right answer");
	for (int g = 1; g < count; g++)
		ok(ru_kses[g].upcalls > 1, "group %d had %u upcalls", g, ru_kses[g].upcalls);
	return failed() != 0;
}

// One process that makes and leaves groups again and again.
static int
again_and_again(void *arg)
{
	(void)arg;
	for (int round = 0; round < 10; round++) {
		if (!ru_init(30))
			return 1;
		for (int g = 0; g < 3; g++) {
			ru_kse(g);
			for (int i = 0; i < 10; i++)
				ru_thread(g, sleeper, 0);
		}
		if (ru_run() != 0 || RAW0(SYS_kse_exit) != -EINVAL)
			return 2;
		if (!ru_balanced("a round of three groups"))
			return 3;
	}
	return 0;
}

int
main(void)
{
	static struct zones before;

	zones_warm();
	zones_read(&before);
	for (int count = 1; count <= RU_MAXGROUPS; count++) {
		char what[40];
		snprintf(what, sizeof what, "every fact held with %d groups", count);
		child_is(child_run(groups, &count), 0, what);
	}
	child_is(child_run(again_and_again, NULL), 0, "groups were made and left ten times");
	zones_settled(&before, "the kernel has every thread, KSE and group back");
	return done_testing();
}
