// SPDX-License-Identifier: BSD-2-Clause
// The life of the smallest process: fork, perhaps exec, exit, wait.
// Written for Kestrel; this program has no stdio and no heap, so there is little to copy.
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bench.h"

#define CHILDREN	51	// samples of each kind

static struct bench_samples samples;
static char *const nothing[] = { "/bench/nothing", NULL };
static char *const no_environment[] = { NULL };

static void
child(int with_exec)
{
	if (with_exec)
		execve(nothing[0], nothing, no_environment);
	_exit(with_exec);
}

static void
measure(const char *name, int with_exec)
{
	for (int i = 0; i < CHILDREN; i++) {
		int status = -1;
		uint32_t before = bench_now();
		pid_t pid = fork();

		if (pid == 0)
			child(with_exec);
		waitpid(pid, &status, 0);
		uint32_t after = bench_now();
		if (status != 0)
			bench_fatal("a child failed");
		bench_add(&samples, before, after);
	}
	bench_report(name, &samples, 1);
}

int
main(void)
{
	measure("fork_exit_wait", 0);
	measure("fork_exec_wait", 1);
	return 0;
}
