// SPDX-License-Identifier: BSD-2-Clause
// A thousand user threads, each a hundred uses of the kernel that may block, on one to four KSEs:
// none is lost, none comes back twice, and every byte arrives.
// Usage: kse_1000 [KSES [THREADS [ROUNDS]]]
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define PIPES	8

static int kses = 2, threads = 1000, rounds = 100;
static int pipes[PIPES][2];

static const struct timespec shortest = { 0, 1000000 };	// to the next tick

// Readers outnumber the bytes that are there, so nearly every read blocks.
static void
reader(struct ru_thread *self)
{
	unsigned char byte;

	for (int i = 0; i < rounds; i++) {
		if (RAW(SYS_read, W(pipes[self->arg][0]), W(&byte), 1) == 1)
			self->result += byte;
	}
}

static void
writer(struct ru_thread *self)
{
	for (int i = 0; i < rounds; i++) {
		unsigned char byte = (unsigned char)(i + 1);

		if (RAW(SYS_write, W(pipes[self->arg][1]), W(&byte), 1) == 1)
			self->result += byte;
		ru_yield(self);
	}
}

static void
sleeper(struct ru_thread *self)
{
	for (int i = 0; i < rounds; i++)
		self->result += RAW(SYS_nanosleep, W(&shortest), 0) == 0;
}

// Gives the CPU away inside the kernel and between threads, in turn.
static void
yielder(struct ru_thread *self)
{
	for (int i = 0; i < rounds; i++) {
		if (i % 2 == 0)
			self->result += RAW0(SYS_sched_yield) == 0;
		else {
			ru_yield(self);
			self->result++;
		}
	}
}

static void (*const kinds[4])(struct ru_thread *) = { reader, writer, sleeper, yielder };

// How each thread fared: the bytes are summed over all, since readers share pipes.
struct sums {
	long	read, written;
	int	short_of_rounds, never_blocked;
};

static struct sums
sum_up(void)
{
	struct sums s = { 0, 0, 0, 0 };

	for (int i = 1; i <= threads; i++) {
		const struct ru_thread *t = &ru_threads()[i];

		if (t->func == reader) {
			s.read += t->result;
		} else if (t->func == writer) {
			s.written += t->result;
		} else {
			s.short_of_rounds += t->result != rounds;
			// A nap whose time has passed before it began does not block.
			s.never_blocked += t->func == sleeper && t->returns == 0;
		}
	}
	return s;
}

static int
run(void *arg)
{
	(void)arg;
	for (int i = 0; i < PIPES; i++) {
		if (raw_pipe(pipes[i]) != 0)
			bail_out("no pipe");
	}
	if (!ru_init(threads))
		bail_out("no memory for %d threads", threads);
	for (int i = 0; i < kses; i++)
		ru_kse(0);
	for (int i = 0; i < threads; i++)
		ru_thread(0, kinds[i % 4], i / 4 % PIPES);
	is(ru_run(), 0, "%d threads, %d rounds, %d KSEs", threads, rounds, kses);
	ru_balanced("the ledger of threads and mailboxes balances");
	const struct ru_ledger *l = &ru_ledger;
	diag("%u upcalls, %u threads seen blocked, %u mailboxes back", l->upcalls, l->blocks,
	    l->returns);
	struct sums s = sum_up();
	long expected = (long)(threads / 4) * rounds * (rounds + 1) / 2;
	is(s.written, expected, "the writers wrote all bytes");
	is(s.read, expected, "the readers read them all");
	is(s.short_of_rounds, 0, "sleepers and yielders made all their rounds");
	is(s.never_blocked, 0, "each sleeper came back as a mailbox");
	int entered = 0;
	for (int i = 1; i < kses; i++)
		entered += ru_kses[i].upcalls > 0;
	is(entered, kses - 1, "every further KSE had its upcalls");
	is(RAW0(SYS_kse_exit), -EINVAL, "KSE mode is over");
	return failed() != 0;
}

static int
number(int argc, char **argv, int which, int otherwise, int highest)
{
	int value = argc > which ? atoi(argv[which]) : otherwise;

	if (value < 1 || value > highest)
		bail_out("argument %d must be 1 to %d", which, highest);
	return value;
}

int
main(int argc, char **argv)
{
	static struct zones before;

	kses = number(argc, argv, 1, kses, RU_MAXKSES);
	threads = number(argc, argv, 2, threads, 4000) / 4 * 4;
	rounds = number(argc, argv, 3, rounds, 255);
	zones_warm();
	zones_read(&before);
	child_is(child_run(run, NULL), 0, "every fact held in the process with the threads");
	zones_settled(&before, "the kernel has every thread, KSE and group back");
	return done_testing();
}
