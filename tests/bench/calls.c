// SPDX-License-Identifier: BSD-2-Clause
// The cheapest ways into the kernel: a system call that does nothing, and giving up the CPU.
// Written for Kestrel.
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bench.h"

static struct bench_samples samples;

// Without the library's stub: the kernel's share alone, the instruction that enters it included.
static void
null_call(void)
{
	uint32_t before, after;

	do {
		int result;

		before = bench_now();
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(SYS_getpid)
		    : "edx", "ecx", "memory", "cc");
		after = bench_now();
	} while (bench_add(&samples, before, after));
	bench_report("null_call", &samples, 1);
}

// Alone on the machine: the call comes straight back.
static void
yield_alone(void)
{
	uint32_t before, after;

	do {
		before = bench_now();
		sched_yield();
		after = bench_now();
	} while (bench_add(&samples, before, after));
	bench_report("yield_alone", &samples, 1);
}

// Two processes that do nothing but yield to each other; a sample covers both ways.
static void
yield_processes(void)
{
	uint32_t before, after;
	int ready[2], stop[2];
	char byte = 0;
	pid_t pid;

	if (pipe(ready) != 0 || pipe(stop) != 0 || (pid = fork()) < 0)
		bench_fatal("no second process to yield to");
	if (pid == 0) {
		write(ready[1], &byte, 1);
		for (int i = 0; i < 2 * BENCH_SAMPLES; i++)
			sched_yield();
		_exit(0);
	}
	read(ready[0], &byte, 1);
	do {
		before = bench_now();
		sched_yield();
		after = bench_now();
	} while (bench_add(&samples, before, after));
	waitpid(pid, NULL, 0);
	bench_report("yield_processes", &samples, 2);
}

int
main(void)
{
	null_call();
	yield_alone();
	yield_processes();
	return 0;
}
