// SPDX-License-Identifier: BSD-2-Clause
// A signal to a group reaches the child that a member is just making; a child whose stop is being
// told can end.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS	20
#define PATIENCE 200	// naps

static int progress;		// its offset, which all share, counts generations

// A process after the other, each the child of the one before; and the group's leader, with whom it
// is never orphaned: when it becomes so while a member is stopped, they all get SIGHUP.
static int
generations(void *arg)
{
	(void)arg;
	setpgid(0, 0);
	if (fork() > 0)
		for (;;)
			milliseconds(1000);
	for (;;) {
		lseek(progress, 1, SEEK_CUR);
		if (fork() > 0)
			_exit(0);
	}
}

static long
born(void)
{
	return (long)lseek(progress, 0, SEEK_CUR);
}

// start_generations: their group, when there have been a few.
static int
start_generations(int few)
{
	long before = born();
	int pid = child_start(generations, NULL);

	while (born() < before + few)
		milliseconds(1);
	return pid;
}

// has_gone: the group has no member any more, in time.
static bool
has_gone(int group)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (kill(-group, 0) == -1 && errno == ESRCH)
			return true;
		milliseconds(10);
	}
	return false;
}

static void
end_generations(int group)
{
	for (int tries = 0; tries < 1000 && !has_gone(group); tries++)
		kill(-group, SIGKILL);
	child_wait(group);
}

static void
killing_a_group(void)
{
	int escaped = 0;

	for (int i = 0; i < ROUNDS && escaped == 0; i++) {
		int group = start_generations(i % 7 + 1);

		kill(-group, SIGKILL);
		escaped += !has_gone(group);
		end_generations(group);
	}
	is(escaped, 0, "SIGKILL ends a group whose members fork all the time");
}

static void
stopping_a_group(void)
{
	int escaped = 0, stuck = 0;

	for (int i = 0; i < ROUNDS && escaped == 0 && stuck == 0; i++) {
		int group = start_generations(i % 5 + 1);

		kill(-group, SIGSTOP);
		milliseconds(20);
		long stopped_at = born();
		milliseconds(20);
		escaped += born() != stopped_at;
		kill(-group, SIGCONT);
		for (int naps = 0; born() == stopped_at && stuck == 0; naps++) {
			milliseconds(10);
			stuck += naps > PATIENCE;
		}
		kill(-group, SIGKILL);
		end_generations(group);
	}
	is(escaped, 0, "SIGSTOP stops one");
	is(stuck, 0, "and SIGCONT lets it go on");
}

static int
keep_stopping(void *arg)
{
	(void)arg;
	while (kill(getpid(), SIGSTOP) == 0)
		;
	return 1;
}

static int
killer(void *arg)
{
	int *victim_and_wait = arg;

	for (volatile int i = 0; i < victim_and_wait[1]; i++)
		;
	kill(victim_and_wait[0], SIGKILL);
	return 0;
}

static bool
has_been_reaped(int pid)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (kill(pid, 0) == -1 && errno == ESRCH)
			return true;
		milliseconds(10);
	}
	return false;
}

// With SA_NOCLDWAIT an ended child is init's to reap, also one whose stop is just being told.
static void
ends_beside_stops(void)
{
	struct sigaction none_kept = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	int left = 0;

	sigaction(SIGCHLD, &none_kept, NULL);
	for (int i = 0; i < 5 * ROUNDS && left == 0; i++) {
		int victim = child_start(keep_stopping, NULL), status;
		int plan[2] = { victim, i % 50 * 400 };
		int hunter = child_start(killer, plan);

		while (wait4(victim, &status, WUNTRACED, NULL) == victim)
			kill(victim, SIGCONT);
		left += !has_been_reaped(victim);
		left += !has_been_reaped(hunter);
	}
	is(left, 0, "a child that ends while its stop is told is reaped");
}

int
main(int argc, char **argv)
{
	progress = open(argc > 0 ? argv[0] : "/tests/sig_forks", O_RDONLY);
	if (progress < 0)
		bail_out("no file");
	killing_a_group();
	stopping_a_group();
	ends_beside_stops();
	close(progress);
	return done_testing();
}
