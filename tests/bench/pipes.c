// SPDX-License-Identifier: BSD-2-Clause
// One byte to another process and one back, through two pipes.
// Written for Kestrel.
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bench.h"

static struct bench_samples samples;

// pass: the byte on from one pipe to the other; false at the end of the first.
static int
pass(int from, int to)
{
	char byte;

	return read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1;
}

int
main(void)
{
	uint32_t before, after;
	int there[2], back[2];
	char byte = 0;
	pid_t pid;

	if (pipe(there) != 0 || pipe(back) != 0 || (pid = fork()) < 0)
		bench_fatal("no second process");
	if (pid == 0) {
		close(there[1]);
		while (pass(there[0], back[1]))
			continue;
		_exit(0);
	}
	write(there[1], &byte, 1);
	read(back[0], &byte, 1);
	do {
		before = bench_now();
		write(there[1], &byte, 1);
		read(back[0], &byte, 1);
		after = bench_now();
	} while (bench_add(&samples, before, after));
	close(there[1]);
	waitpid(pid, NULL, 0);
	bench_report("pipe_processes", &samples, 2);
	return 0;
}
