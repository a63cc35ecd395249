// SPDX-License-Identifier: BSD-2-Clause
// Storm: SIGSTOP and SIGCONT on KSE processes, at any moment. They do all their work all the same.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/child.h"
#include "../user/lib/raw.h"
#include "../user/lib/uts_raw.h"
#include "../user/tap.h"

#include <signal.h>
#include <unistd.h>

#define VICTIMS	3
#define PAIRS	3

static int pipes[PAIRS][2];
static long work;

static void
giver(struct ru_thread *self)
{
	for (long i = 0; i < work; i++) {
		self->result += RAW(SYS_write, W(pipes[self->arg][1]), W("x"), 1) == 1;
		if (i % 4 == 0)
			nap(i % 8 == 0);
	}
}

static void
taker(struct ru_thread *self)
{
	char byte;

	for (long i = 0; i < work; i++)
		self->result += RAW(SYS_read, W(pipes[self->arg][0]), W(&byte), 1) == 1;
}

static int
victim(void *arg)
{
	int kses = *(int *)arg;
	long done = 0;

	for (int i = 0; i < PAIRS; i++) {
		if (raw_pipe(pipes[i]) != 0)
			bail_out("no pipe");
	}
	if (!ru_init(2 * PAIRS))
		bail_out("no memory");
	for (int i = 0; i < kses; i++)
		ru_kse(0);
	for (int i = 0; i < PAIRS; i++) {
		ru_thread(0, giver, i);
		ru_thread(0, taker, i);
	}
	is(ru_run(), 0, "%d KSEs that are stopped now and then", kses);
	for (int i = 1; i <= 2 * PAIRS; i++)
		done += ru_threads()[i].result;
	is(done, 2 * PAIRS * work, "every call ended, once, with its byte");
	ru_balanced("every thread came back once");
	return failed() != 0;
}

// torment: one stop, or several orders that overtake each other; what is asked for last is SIGCONT.
static void
torment(int pid, dice *d)
{
	kill(pid, SIGSTOP);
	if (throw_dice(d, 2) == 0)
		nap(throw_dice(d, 3));
	for (uint32_t n = throw_dice(d, 3); n != 0; n--) {
		kill(pid, SIGCONT);
		kill(pid, SIGSTOP);
	}
	kill(pid, SIGCONT);
}

int
stress_stops(void *arg)
{
	const struct stress *stress = arg;
	dice d = dice_from(stress->seed, 0);
	int pids[VICTIMS], kses[VICTIMS];

	work = 60 + stress->size;
	for (int i = 0; i < VICTIMS; i++) {
		kses[i] = i + 1;
		pids[i] = child_start(victim, &kses[i]);
	}
	for (long n = 0; n < stress->size; n++) {
		torment(pids[throw_dice(&d, VICTIMS)], &d);
		if (n % 16 == 0)
			check_structures();
		nap(throw_dice(&d, 2));
	}
	for (int i = 0; i < VICTIMS; i++)
		child_is(child_wait(pids[i]), 0, "a process did its work between the stops");
	return failed() != 0;
}
