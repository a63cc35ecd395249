// SPDX-License-Identifier: BSD-2-Clause
// Storm: blocking calls on four KSEs, with a signal every millisecond. Each call ends once, and so
// does each wait for a signal.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/raw.h"
#include "../user/lib/uts_raw.h"
#include "../user/tap.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#define PAIRS	4
#define KSES	4
#define BURSTS	50
#define PATIENCE 3000	// ticks before a signal counts as lost

static int pipes[PAIRS][2][2];
static long each;
static unsigned int lost;

// Two threads throw one byte to and fro: each read blocks until the other has written.
static void
player(struct ru_thread *self)
{
	int pair = (int)self->arg / 2, side = (int)self->arg % 2;
	unsigned char byte = 1;

	for (long i = 0; i < each; i++) {
		if (side == 0 && RAW(SYS_write, W(pipes[pair][0][1]), W(&byte), 1) != 1)
			return;
		if (RAW(SYS_read, W(pipes[pair][side == 0][0]), W(&byte), 1) != 1)
			return;
		if (side == 1 && RAW(SYS_write, W(pipes[pair][1][1]), W(&byte), 1) != 1)
			return;
		self->result++;
	}
}

// One burst of a signal reaches the UTS at least once, however many it consists of.
static void
sender(struct ru_thread *self)
{
	for (int i = 0; i < BURSTS; i++) {
		unsigned int before = signals_told(SIGUSR1);
		int wait = 0;

		for (int n = 0; n <= i % 3; n++)
			RAW(SYS_kill, W(getpid()), SIGUSR1);
		while (signals_told(SIGUSR1) == before && wait++ < PATIENCE)
			nap(1);
		lost += wait > PATIENCE;
		self->result++;
	}
}

int
stress_upcalls(void *arg)
{
	const struct stress *stress = arg;
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, off = { { 0, 0 }, { 0, 0 } };
	long done = 0;

	each = stress->size / (2 * PAIRS);
	for (int i = 0; i < PAIRS; i++) {
		if (raw_pipe(pipes[i][0]) != 0 || raw_pipe(pipes[i][1]) != 0)
			bail_out("no pipe");
	}
	if (!ru_init(2 * PAIRS + 1))
		bail_out("no memory");
	catch_quietly(SIGALRM);
	catch_quietly(SIGUSR1);
	for (int i = 0; i < KSES; i++)
		telling_kse(0);
	for (int i = 0; i < 2 * PAIRS; i++)
		ru_thread(0, player, i);
	ru_thread(0, sender, 0);
	setitimer(ITIMER_REAL, &every, NULL);
	is(ru_run(), 0, "%d threads on %d KSEs", 2 * PAIRS + 1, KSES);
	setitimer(ITIMER_REAL, &off, NULL);
	for (int i = 1; i <= 2 * PAIRS; i++)
		done += ru_threads()[i].result;
	is(done, each * 2 * PAIRS, "every blocking call ended, once");
	is((long)lost, 0, "every burst of signals was told");
	ok(signals_told(SIGALRM) > 0, "and the timer's");
	diag("%u upcalls, %u threads blocked, %u times SIGALRM", ru_ledger.upcalls,
	    ru_ledger.blocks, signals_told(SIGALRM));
	ru_balanced("every thread came back once");
	return failed() != 0;
}
