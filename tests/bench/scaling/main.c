// SPDX-License-Identifier: BSD-2-Clause
// The same work on one CPU and on two: system calls of two processes, arithmetic of two KSEs.
// Written for Kestrel; the user thread scheduler is ksetest's own.
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <story.h>
#include <uts.h>

#include "../lib/bench.h"

// Each figure is the time that all of the work took, in microseconds. One CPU and two take turns,
// so that a host that is busy for a while spoils runs of both. The host takes times of its own:
// after each figure, work goes on when it has sent a byte.
#define RUNS	10
#define WORKERS	2
#define CALLS	600000u		// of each process
#define ROUNDS	60000000u	// of each KSE
#define UNROLL	16		// rounds between two jumps

_Static_assert(ROUNDS % UNROLL == 0, "the last turn has all its rounds");

static uint64_t
microseconds(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (uint64_t)tv.tv_sec * 1000000 + (uint64_t)tv.tv_usec;
}

static void
use_cpus(int bits)
{
	if (sysctlbyname("kern.sched.cpus", NULL, NULL, &bits, sizeof bits) != 0)
		bench_fatal("kern.sched.cpus");
}

static _Noreturn void
caller(int start, int finish)
{
	char byte;

	read(start, &byte, 1);
	for (unsigned int i = 0; i < CALLS; i++)
		(void)getpid();
	write(finish, &byte, 1);
	_exit(0);
}

// Processes that have nothing to do with each other but the kernel.
static uint64_t
time_of_calls(void)
{
	int start[2], finish[2];
	char byte = 0;
	uint64_t before, after;

	if (pipe(start) != 0 || pipe(finish) != 0)
		bench_fatal("pipe");
	for (int i = 0; i < WORKERS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			bench_fatal("fork");
		if (pid == 0)
			caller(start[0], finish[1]);
	}
	before = microseconds();
	for (int i = 0; i < WORKERS; i++)
		write(start[1], &byte, 1);
	for (int i = 0; i < WORKERS; i++)
		if (read(finish[0], &byte, 1) != 1)
			bench_fatal("a process that calls");
	after = microseconds();
	for (int i = 0; i < WORKERS; i++) {
		wait(NULL);
		close(start[i]);
		close(finish[i]);
	}
	return after - before;
}

// Each round needs what the one before has made, and few are jumps: how fast they go depends little
// on where the host's translation of them lies.
static void
compute(struct uthread *self)
{
	uint32_t value = (uint32_t)self->ut_id;

	for (unsigned int left = ROUNDS; left != 0; left -= UNROLL)
		for (int i = 0; i < UNROLL; i++)
			value = value * 1664525u + 1013904223u;
	__asm__ volatile("" : : "r"(value));
}

// Threads that have nothing to do with each other or the kernel, on KSEs of one group.
static uint64_t
time_of_compute(void)
{
	struct ugroup *g;
	uint64_t before, after;

	uts_reset();
	g = uts_group();
	for (int i = 0; i < WORKERS; i++) {
		uts_kse(g);
		uts_thread(g, compute, 0);
	}
	before = microseconds();
	if (uts_start() != 0)
		bench_fatal("kse_create");
	uts_join(&uts_threads[0]);
	uts_stop();
	after = microseconds();
	if (uts_totals.strays != 0)
		bench_fatal("a mailbox came back that should not");
	return after - before;
}

static void
report(const char *name, uint64_t value)
{
	char byte;

	bench_value(name, value);
	read(STDIN_FILENO, &byte, 1);
}

int
main(void)
{
	story_quiet = true;
	report("ready", 0);
	for (int i = 0; i < RUNS; i++) {
		use_cpus(1);
		report("calls_1", time_of_calls());
		report("compute_1", time_of_compute());
		use_cpus(3);
		report("calls_2", time_of_calls());
		report("compute_2", time_of_compute());
	}
	return 0;
}
