// SPDX-License-Identifier: BSD-2-Clause
// Figures of a process in KSE mode, on one KSE: upcalls, completions, threads that meet in pipes.
// Written for Kestrel; the user thread scheduler is ksetest's own.
#include <sys/sysctl.h>
#include <unistd.h>

#include <story.h>
#include <uts.h>

#include "../lib/bench.h"

#define MIB_MOST	8

static struct bench_samples upcalls, others;
static uint32_t blocking_since;	// a thread is about to block; 0: none is
static uint32_t entered;	// the last upcall that brought a completed mailbox
static int there[2], back[2];
static int block_mib[MIB_MOST];
static size_t block_length = MIB_MOST;

// Where the kernel enters: note the time, then be the scheduler.
static _Noreturn void
stamp(struct kse_mailbox *km)
{
	uint32_t now = bench_now();

	if (km->km_completed != NULL)
		entered = now;
	else if (blocking_since != 0)
		bench_add(&upcalls, blocking_since, now);
	blocking_since = 0;
	uts_upcall(km);
}

// play: two threads on one KSE, until both are done.
static void
play(void (*first)(struct uthread *), void (*second)(struct uthread *))
{
	uts_reset();
	struct ugroup *g = uts_group();
	uts_kse(g)->uk_mailbox.km_func = stamp;
	uts_thread(g, first, 0);
	if (second != NULL)
		uts_thread(g, second, 0);
	if (uts_start() != 0)
		bench_fatal("kse_create");
	uts_join(&uts_threads[0]);
	uts_stop();
	if (uts_totals.strays != 0)
		bench_fatal("a mailbox came back that should not");
}

// A round trip of a byte. The read blocks: the other thread cannot run before we do.
static void
serve(struct uthread *self)
{
	uint32_t before, after;
	char byte = 0;

	(void)self;
	do {
		before = bench_now();
		write(there[1], &byte, 1);
		blocking_since = bench_now();
		read(back[0], &byte, 1);
		after = bench_now();
	} while (bench_add(&others, before, after));
	close(there[1]);
}

static void
answer(struct uthread *self)
{
	char byte;

	(void)self;
	while (read(there[0], &byte, 1) == 1)
		write(back[1], &byte, 1);
}

// The kernel says when it woke us; the scheduler noted when it heard of it.
static void
wait_for_interrupts(struct uthread *self)
{
	uint64_t woken;
	size_t size;

	(void)self;
	do {
		size = sizeof woken;
		if (sysctl(block_mib, (unsigned int)block_length, &woken, &size, NULL, 0) != 0)
			bench_fatal("bench.block");
	} while (bench_add(&others, (uint32_t)woken, entered));
}

static void
yield_and_count(struct uthread *self)
{
	uint32_t before, after;

	do {
		before = bench_now();
		uts_yield(self);
		after = bench_now();
	} while (bench_add(&others, before, after));
}

static void
yield(struct uthread *self)
{
	while (others.count != BENCH_SAMPLES)
		uts_yield(self);
}

int
main(void)
{
	story_quiet = true;
	if (pipe(there) != 0 || pipe(back) != 0)
		bench_fatal("pipe");
	if (sysctlnametomib("bench.block", block_mib, &block_length) != 0)
		bench_fatal("bench.block");
	play(serve, answer);
	bench_report("pipe_threads", &others, 2);
	bench_report("upcall", &upcalls, 1);
	play(wait_for_interrupts, NULL);
	bench_report("completion", &others, 1);
	play(yield_and_count, yield);
	bench_report("yield_threads", &others, 2);
	return 0;
}
