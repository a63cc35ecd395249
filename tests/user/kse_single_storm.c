// SPDX-License-Identifier: BSD-2-Clause
// Threads of one process that fork, exec and exit at once, in pairs and all together, while another
// process stops it, lets it go on and kills it.
// Written for Kestrel.
//
// kse_single_storm [ROUNDS [SEED]]: of each combination; the same seed under --icount is the same
// run.
#include "lib/chance.h"
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

// Kinds of actors, as bits.
#define FORK	1u
#define EXEC	2u
#define EXIT	4u
#define FORKS	3

enum interference { ALONE, STOPS, KILLED, STOPS_AND_KILLED };

// How a process may end: by its threads' own end, by exec, by exit, by SIGKILL.
enum { ENDED = 5, EXECED = 77, EXITED = 9 };

static char *self_path;
static uint32_t state;		// of the generator
static volatile bool go;

static uint32_t
rnd(uint32_t below)
{
	return chance_next(&state) % below;
}

// Some instructions, with a breath for the other processors.
static void
dawdle(uint32_t steps)
{
	for (uint32_t i = 0; i < steps; i++) {
		for (int j = 0; j < 50; j++)
			__asm__ volatile("");
		__asm__ volatile("pause");
	}
}

static void
wait_for_go(struct ru_thread *self)
{
	while (!go)
		ru_yield(self);
	dawdle((uint32_t)self->arg);
}

static void
forker(struct ru_thread *self)
{
	wait_for_go(self);
	for (int i = 0; i < FORKS; i++) {
		int32_t pid = RAW0(SYS_fork);

		if (pid == 0)
			_exit(0);
		self->result += RAW(SYS_wait4, W(pid), 0, 0, 0) == pid;
	}
}

static void
execer(struct ru_thread *self)
{
	char *argv[] = { self_path, (char *)"--second-life", NULL }, *none[] = { NULL };

	wait_for_go(self);
	RAW(SYS_execve, W(self_path), W(argv), W(none));
	RAW(SYS_exit, 90);
}

static void
exiter(struct ru_thread *self)
{
	wait_for_go(self);
	RAW(SYS_exit, EXITED);
}

// Blocked again and again, so that the others find it in every state.
static void
napper(struct ru_thread *self)
{
	const struct timespec shortest = { 0, 1 };

	go = true;
	for (int i = 0; i < 4; i++)
		self->result += RAW(SYS_nanosleep, W(&shortest), 0) == 0;
}

// Two of each kind, on the two KSEs of group 0 and on the one of group 1.
static int
storm(void *arg)
{
	unsigned int kinds = *(unsigned int *)arg;
	static void (*const actors[])(struct ru_thread *) = { forker, execer, exiter };
	long forks = 0;

	if (!ru_init(12))
		return 100;
	for (int i = 0; i < 3; i++)
		ru_kse(i == 2);
	for (int group = 0; group < 2; group++) {
		// In another order each time: who comes first is likely to win.
		for (uint32_t i = 0, first = rnd(3); i < 3; i++) {
			uint32_t kind = (first + i) % 3;
			if ((kinds & 1u << kind) != 0)
				ru_thread(group, actors[kind], (long)rnd(kind == 0 ? 40 : 200));
		}
	}
	ru_thread(0, napper, 0);
	if (ru_run() != 0)
		return 101;
	for (int i = 1; i <= 2; i++)
		forks += ru_threads()[i].result;
	return forks == 2 * FORKS && ru_balanced("all threads came back") ? ENDED : 102;
}

// stop_it: stop and let go some times. True if the process ended meanwhile, with *status how.
static bool
stop_it(int pid, int *status)
{
	uint32_t times = 1 + rnd(4);

	for (uint32_t i = 0; i < times; i++) {
		dawdle(rnd(200));
		kill(pid, SIGSTOP);
		if (rnd(2) != 0) {
			if (wait4(pid, status, WUNTRACED, NULL) == pid && !WIFSTOPPED(*status))
				return true;
		} else {
			dawdle(rnd(50));
		}
		if (i + 1 < times || rnd(2) != 0)
			kill(pid, SIGCONT);
	}
	return false;
}

static int
run(unsigned int kinds, enum interference how)
{
	int status = 0, pid;

	rnd(2);			// the child's numbers are not its brother's
	pid = child_start(storm, &kinds);
	if ((how & STOPS) != 0 && stop_it(pid, &status))
		return status;
	if ((how & KILLED) != 0) {
		dawdle(rnd(300));
		kill(pid, SIGKILL);
	} else {
		kill(pid, SIGCONT);
	}
	return child_wait(pid);
}

static bool
allowed(int status, unsigned int kinds, enum interference how)
{
	if (WIFSIGNALED(status))
		return (how & KILLED) != 0 && WTERMSIG(status) == SIGKILL;
	switch (WEXITSTATUS(status)) {
	case ENDED:
		return kinds == FORK;
	case EXECED:
		return (kinds & EXEC) != 0;
	case EXITED:
		return (kinds & EXIT) != 0;
	default:
		return false;
	}
}

static void
rounds(unsigned int kinds, int count)
{
	static const char *const names[] = { "", "fork", "exec", "fork and exec", "exit",
	    "fork and exit", "exec and exit", "fork, exec and exit" };
	static const char *const by[] = { "alone", "stopped", "killed", "stopped and killed" };
	int ends[4] = { 0 };

	for (enum interference how = ALONE; how <= STOPS_AND_KILLED; how++) {
		int wrong = 0;

		for (int i = 0; i < count; i++) {
			uint32_t seed = state;
			int status = run(kinds, how);

			ends[WIFSIGNALED(status) ? 0 : WEXITSTATUS(status) == EXECED ? 1 :
			    WEXITSTATUS(status) == EXITED ? 2 : 3]++;
			if (allowed(status, kinds, how))
				continue;
			wrong++;
			diag("state %#x: %s", seed, child_says(status));
		}
		is(wrong, 0, "%s at once, %s", names[kinds], by[how]);
	}
	diag("killed %d, exec %d, exit %d, ended %d", ends[0], ends[1], ends[2], ends[3]);
}

int
main(int argc, char **argv)
{
	static struct zones before;
	static const unsigned int kinds[] = { FORK, EXEC, EXIT, FORK | EXEC, FORK | EXIT,
	    EXEC | EXIT, FORK | EXEC | EXIT };

	if (argc == 2 && strcmp(argv[1], "--second-life") == 0)
		return RAW0(SYS_kse_exit) < 0 ? EXECED : 78;
	self_path = argc > 0 ? argv[0] : (char *)"/tests/kse_single_storm";
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) | 1 : 2463534242u;
	zones_warm();
	zones_read(&before);
	for (unsigned int i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		rounds(kinds[i], argc > 1 ? atoi(argv[1]) : 4);
	zones_settled(&before, "the kernel has every thread, KSE and group back");
	return done_testing();
}
