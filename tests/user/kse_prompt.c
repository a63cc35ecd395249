// SPDX-License-Identifier: BSD-2-Clause
// How soon a computing process stops, dies, or makes room for another of its threads.
// Written for Kestrel; D-11.
//
// kse_prompt [TICKS [PERCENT]]: the longest that anything may take, in clock ticks, and the mean,
// in hundredths of a tick. Without PERCENT no mean is judged, without TICKS a limit that only a
// hang exceeds: a tick of the machine is no measure for a processor that the host lets wait. Under
// --icount both are exact; tests/tool/prompt.py runs it so.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/stamp.h"
#include "lib/uts_raw.h"
#include "tap.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/sysctl.h>
#include <sys/wait.h>

#define TRIALS		6
#define HANG_TICKS	1000

static char *self_path;
static unsigned long most_ticks = HANG_TICKS, most_percent;
static uint64_t tick;		// time stamps
static int computers;		// KSEs that compute in a threaded process
static int report[2];		// what children measure

// step: of a computation. QEMU runs the processors in turn when it counts instructions, each up to
// the next timer, after which there may be no time left for the others; "pause" hands on.
static void
step(void)
{
	for (int i = 0; i < 500; i++)
		__asm__ volatile("");
	__asm__ volatile("pause");
}

static void
measure_tick(void)
{
	const struct timespec tenth = { 0, 100000000 };

	// From tick to tick: a sleep ends with one.
	RAW(SYS_nanosleep, W(&tenth), 0);
	uint64_t start = stamp();
	RAW(SYS_nanosleep, W(&tenth), 0);
	// Ten ticks, and one since a sleep is no shorter than asked.
	tick = (stamp() - start) / 11;
}

// settle: the others compute; then to another point between two ticks in each trial.
static void
settle(int trial)
{
	const struct timespec two_ticks = { 0, 20000000 };

	RAW(SYS_nanosleep, W(&two_ticks), 0);
	for (uint64_t start = stamp(); stamp() - start < tick * (unsigned int)trial / TRIALS; )
		step();
}

static void
send(uint64_t figure)
{
	RAW(SYS_write, W(report[1]), W(&figure), sizeof figure);
}

static uint64_t
receive(void)
{
	uint64_t figure = UINT64_MAX;

	if (read(report[0], &figure, sizeof figure) != sizeof figure)
		bail_out("no figure from the child");
	return figure;
}

// judge: `own` is what the call takes where nobody else has to stop, which the mean does not count.
static void
judge(const uint64_t took[TRIALS], uint64_t own, const char *what)
{
	uint64_t longest = 0, sum = 0;

	for (int i = 0; i < TRIALS; i++) {
		longest = took[i] > longest ? took[i] : longest;
		sum += took[i];
	}
	sum -= sum < own * TRIALS ? sum : own * TRIALS;
	unsigned long percent = (unsigned long)(sum * 100 / tick / TRIALS);
	ok(longest <= tick * most_ticks, "%s, soon each time", what);
	if (most_percent != 0)
		ok(percent <= most_percent, "%s, soon in the mean", what);
	diag("%lu hundredths of a tick in the mean, %lu at most, %lu of them its own", percent,
	    (unsigned long)(longest * 100 / tick), (unsigned long)(own * 100 / tick));
}

// ---- A process that computes -------------------------------------------------------------------

static volatile bool computing[RU_MAXGROUPS];

static _Noreturn void
compute(void)
{
	for (;;)
		step();
}

static void
computer(struct ru_thread *self)
{
	computing[self->group] = true;
	compute();
}

static int
plain(void *arg)
{
	(void)arg;
	send(0);
	compute();
}

// A KSE that calls, and others that compute, each in a group of its own.
static void
be_threaded(void)
{
	const struct timespec shortest = { 0, 1 };

	if (!ru_init(RU_MAXGROUPS))
		_exit(100);
	for (int group = 0; group <= computers; group++)
		ru_kse(group);
	for (int group = 1; group <= computers; group++)
		ru_thread(group, computer, 0);
	if (ru_start() != 0)
		_exit(101);
	for (int group = 1; group <= computers; group++)
		while (!computing[group])
			RAW(SYS_nanosleep, W(&shortest), 0);
}

static int
threaded(void *arg)
{
	(void)arg;
	be_threaded();
	send(0);
	compute();
}

// ---- Signals from another process --------------------------------------------------------------

static void
stopped(int (*body)(void *), const char *what)
{
	uint64_t took[TRIALS];
	int status = 0, wrong = 0, pid = child_start(body, NULL);

	receive();
	for (int i = 0; i < TRIALS; i++) {
		settle(i);
		uint64_t start = stamp();
		kill(pid, SIGSTOP);
		wrong += wait4(pid, &status, WUNTRACED, NULL) != pid || !WIFSTOPPED(status);
		took[i] = stamp() - start;
		kill(pid, SIGCONT);
	}
	kill(pid, SIGKILL);
	child_wait(pid);
	is(wrong, 0, "%s, each time", what);
	judge(took, 0, what);
}

static void
killed(int (*body)(void *), const char *what)
{
	uint64_t took[TRIALS];
	int status = 0, wrong = 0;

	for (int i = 0; i < TRIALS; i++) {
		int pid = child_start(body, NULL);
		receive();
		settle(i);
		uint64_t start = stamp();
		kill(pid, SIGKILL);
		status = child_wait(pid);
		took[i] = stamp() - start;
		wrong += !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL;
	}
	is(wrong, 0, "%s, each time", what);
	judge(took, 0, what);
}

// ---- Single-threading --------------------------------------------------------------------------

static int
forks(void *arg)
{
	(void)arg;
	be_threaded();
	for (int i = 0; i < TRIALS; i++) {
		int status;
		settle(i);
		uint64_t start = stamp();
		int32_t pid = RAW0(SYS_fork);
		if (pid == 0)
			_exit(0);
		send(stamp() - start);
		if (RAW(SYS_wait4, W(pid), W(&status), 0, 0) != pid)
			return 102;
	}
	return 9;
}

// With other KSEs, or as a plain process if the trial is -1.
static int
execs(void *arg)
{
	char start[24];
	char *argv[] = { self_path, (char *)"--since", start, NULL }, *none[] = { NULL };
	int trial = *(int *)arg;

	if (trial >= 0)
		be_threaded();
	settle(trial >= 0 ? trial : 0);
	snprintf(start, sizeof start, "%llu", (unsigned long long)stamp());
	RAW(SYS_execve, W(self_path), W(argv), W(none));
	return 103;
}

static int
exits(void *arg)
{
	be_threaded();
	settle(*(int *)arg);
	send(stamp());
	return 9;
}

static void
forked(void)
{
	uint64_t took[TRIALS];
	int pid = child_start(forks, NULL);

	for (int i = 0; i < TRIALS; i++)
		took[i] = receive();
	child_is(child_wait(pid), 9, "a process forks while its other KSEs compute");
	judge(took, 0, "fork among computing KSEs");
}

static void
execed(void)
{
	uint64_t took[TRIALS], own = 0;
	int wrong = 0;

	for (int i = -1; i < TRIALS; i++) {
		int pid = child_start(execs, &i);
		*(i < 0 ? &own : &took[i]) = receive();
		wrong += child_wait(pid) != 7 << 8;
	}
	is(wrong, 0, "a process execs while its other KSEs compute");
	judge(took, own, "exec among computing KSEs");
}

static void
exited(void)
{
	uint64_t took[TRIALS];
	int wrong = 0;

	for (int i = 0; i < TRIALS; i++) {
		int pid = child_start(exits, &i);
		uint64_t start = receive();
		wrong += child_wait(pid) != 9 << 8;
		took[i] = stamp() - start;
	}
	is(wrong, 0, "a process exits while its other KSEs compute");
	judge(took, 0, "exit among computing KSEs");
}

// The second life of a program that execs: descriptor 9 is the pipe.
static int
since(const char *start)
{
	report[1] = 9;
	send(stamp() - strtoull(start, NULL, 10));
	return 7;
}

int
main(int argc, char **argv)
{
	int cpus = 1;
	size_t size = sizeof cpus;

	if (argc == 3 && strcmp(argv[1], "--since") == 0)
		return since(argv[2]);
	self_path = argc > 0 ? argv[0] : (char *)"/tests/kse_prompt";
	if (argc > 1)
		most_ticks = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		most_percent = strtoul(argv[2], NULL, 10);
	if (pipe(report) != 0 || dup2(report[1], 9) != 9)
		bail_out("no pipe");
	sysctlbyname("hw.ncpu", &cpus, &size, NULL, 0);
	computers = cpus - 1 < 1 ? 1 : cpus - 1 < RU_MAXGROUPS ? cpus - 1 : RU_MAXGROUPS - 1;
	measure_tick();
	stopped(plain, "SIGSTOP to a computing process");
	stopped(threaded, "SIGSTOP to computing KSEs");
	killed(plain, "SIGKILL to a computing process");
	killed(threaded, "SIGKILL to computing KSEs");
	forked();
	execed();
	exited();
	return done_testing();
}
