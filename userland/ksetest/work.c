// SPDX-License-Identifier: BSD-2-Clause
// What the user threads of the scenarios do: nap, talk through pipes, compute.
// Written for Kestrel.
#include "scenarios.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define MAXPIPES	(UTS_MAXTHREADS / 4)

static int pipes[MAXPIPES][2];
static int npipes;

int
nap(int milliseconds)
{
	struct timespec ts = { milliseconds / 1000, milliseconds % 1000 * 1000000L };

	return nanosleep(&ts, NULL);
}

bool
errno_is(int answer, int error)
{
	return answer == -1 && errno == error;
}

void
work_sleep(struct uthread *self)
{
	for (int i = 0; i < scale.rounds; i++) {
		if (nap(self->ut_arg) == 0)
			self->ut_result++;
	}
}

static unsigned int
compute_step(unsigned int x)
{
	for (int i = 0; i < 1000; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}

int
work_expected(int arg)
{
	unsigned int x = (unsigned int)arg;

	for (int i = 0; i < scale.rounds; i++)
		x = compute_step(x);
	return (int)x;
}

// The state is a local variable: it survives only if switches save and restore all registers.
void
work_compute(struct uthread *self)
{
	unsigned int x = (unsigned int)self->ut_arg;

	for (int i = 0; i < scale.rounds; i++) {
		x = compute_step(x);
		uts_yield(self);
	}
	self->ut_result = (int)x;
}

void
work_open(int count)
{
	for (npipes = 0; npipes < count; npipes++) {
		if (pipe(pipes[npipes]) != 0)
			story_fatal("no pipe");
	}
}

void
work_close(void)
{
	while (npipes > 0) {
		npipes--;
		close(pipes[npipes][0]);
		close(pipes[npipes][1]);
	}
}

// The reader waits in the kernel for most of its bytes: the writer gives way after each.
void
work_write(struct uthread *self)
{
	for (int i = 0; i < scale.rounds; i++) {
		unsigned char byte = (unsigned char)(self->ut_arg + i);

		if (write(pipes[self->ut_arg][1], &byte, 1) == 1)
			self->ut_result += byte;
		uts_yield(self);
	}
}

void
work_read(struct uthread *self)
{
	for (int i = 0; i < scale.rounds; i++) {
		unsigned char byte;

		if (read(pipes[self->ut_arg][0], &byte, 1) == 1)
			self->ut_result += byte;
	}
}

int
work_pipe_sum(int number)
{
	int sum = 0;

	for (int i = 0; i < scale.rounds; i++)
		sum += (unsigned char)(number + i);
	return sum;
}

void
run_threads(unsigned int least_returns)
{
	unsigned int gone = 0, expected = (unsigned int)uts_nkses;
	int error = uts_start();

	if (error != 0)
		story_fatal("kse_create failed");
	uts_join(&uts_threads[0]);
	uts_stop();
	for (int i = 1; i < uts_nthreads; i++)
		gone += uts_threads[i].ut_state == UT_DONE;
	check(gone == (unsigned int)uts_nthreads - 1, "each thread reached its end: %d",
	    uts_nthreads - 1);
	check(uts_totals.strays == 0, "no mailbox came back twice, none was unknown");
	check(uts_totals.returns >= uts_totals.blocks,
	    "threads seen to block: %u; mailboxes that came back: %u", uts_totals.blocks,
	    uts_totals.returns);
	if (least_returns > 0)
		check(uts_totals.returns >= least_returns, "among them at least %u",
		    least_returns);
	check(uts_totals.exits >= 1 && uts_totals.exits <= expected,
	    "kse_exit ended %u of %u KSEs, the last one left KSE mode", uts_totals.exits, expected);
	check(errno_is(kse_exit(), EINVAL), "kse_exit now says EINVAL: no KSE mode any more");
}
