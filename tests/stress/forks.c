// SPDX-License-Identifier: BSD-2-Clause
// Storm: threads of KSE processes fork while others sleep, are blocked, exec or exit. Every child
// is reaped with the status that it chose.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/child.h"
#include "../user/lib/raw.h"
#include "../user/lib/uts_raw.h"
#include "../user/tap.h"

#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>

#define FORKERS	3
#define READERS	4
#define FORKS	4
#define BY_EXEC	23	// exit statuses of processes that a thread ends in the middle
#define BY_EXIT	17

static int never[2];
static uint32_t seed;
static unsigned int wrong;

static void
exec_exit(int value)
{
	char number[12], *argv[] = { stress_path, "--exit", number, NULL }, *none[] = { NULL };

	snprintf(number, sizeof number, "%d", value);
	RAW(SYS_execve, W(stress_path), W(argv), W(none));
	_exit(99);
}

static void
forker(struct ru_thread *self)
{
	dice d = dice_from(seed, (uint32_t)self->id);

	for (int i = 0; i < FORKS; i++) {
		int value = 1 + (int)throw_dice(&d, 90), status = 0;
		bool exec = throw_dice(&d, 2) == 0;
		int32_t pid = RAW0(SYS_fork);

		if (pid == 0 && exec)
			exec_exit(value);
		if (pid == 0)
			_exit(value);
		wrong += RAW(SYS_wait4, W(pid), W(&status), 0, 0) != pid || status != value << 8;
		self->result++;
		nap(throw_dice(&d, 2));
	}
}

static void
reader(struct ru_thread *self)
{
	char byte;

	self->result = RAW(SYS_read, W(never[0]), W(&byte), 1);
}

// Lets the readers go when the forkers are done.
static void
closer(struct ru_thread *self)
{
	long done;

	do {
		nap(1);
		done = 0;
		for (int i = 1; i <= FORKERS; i++)
			done += *(volatile long *)&ru_threads()[i].result;
	} while (done < FORKERS * FORKS);
	for (int i = 0; i < READERS; i++)
		self->result += RAW(SYS_write, W(never[1]), W("x"), 1);
}

static void
ender(struct ru_thread *self)
{
	dice d = dice_from(seed, 77);

	nap(throw_dice(&d, 6));
	if (self->arg == BY_EXEC)
		exec_exit(BY_EXEC);
	_exit(BY_EXIT);
}

// How a process ends: 0 when its threads are done, or by one of them.
static int
threaded(void *arg)
{
	int end = *(int *)arg;

	if (raw_pipe(never) != 0 || !ru_init(FORKERS + READERS + 2))
		bail_out("no pipe or no memory");
	ru_kse(0);
	ru_kse(0);
	ru_kse(1);
	for (int i = 0; i < FORKERS; i++)
		ru_thread(i == FORKERS - 1, forker, 0);
	for (int i = 0; i < READERS; i++)
		ru_thread(0, reader, 0);
	ru_thread(0, closer, 0);
	if (end != 0)
		ru_thread(1, ender, end);
	if (ru_run() != 0)
		return 1;
	// One that was to be ended may have been too late for its end, but not by returning.
	is((long)wrong, 0, "every child came back with its status");
	is(RAW(SYS_wait4, W(-1), 0, 0, 0), -10 /* ECHILD */, "none is left");
	ru_balanced("every thread came back once");
	return failed() != 0;
}

int
stress_forks(void *arg)
{
	static int ends[3] = { 0, BY_EXEC, BY_EXIT };
	const struct stress *stress = arg;
	int bad = 0;

	for (long n = 0; n < stress->size; n++) {
		int pids[3];

		seed = stress->seed + (uint32_t)n;
		for (int i = 0; i < 3; i++)
			pids[i] = child_start(threaded, &ends[i]);
		check_structures();
		for (int i = 0; i < 3; i++) {
			int status = child_wait(pids[i]);

			if (status != ends[i] << 8) {
				bad++;
				diag("round %ld: %s, expected exit %d", n, child_says(status),
				    ends[i]);
			}
		}
	}
	is(bad, 0, "%ld rounds of processes that fork, exec and exit at once", stress->size);
	return failed() != 0;
}
