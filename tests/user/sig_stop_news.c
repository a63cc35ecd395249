// SPDX-License-Identifier: BSD-2-Clause
// A stop that comes while wait4 hands out the one before is told, too: another process continues
// the child and stops it with another signal, while the parent's status word is paged in.
// Written for Kestrel.
#include "lib/chance.h"
#include "lib/child.h"
#include "lib/zones.h"
#include "tap.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS		400
#define PAGE		4096
#define PATIENCE	200	// naps before a stop counts as lost

static int begin[2], done[2];	// from and to the process that sends the signals
static int sleeper;

static int
sleep_on(void *arg)
{
	(void)arg;
	while (pause() != 0)
		continue;
	return 0;
}

// Each round: stopped, perhaps seen to be, continued, stopped otherwise.
static int
stopper(void *arg)
{
	uint32_t dice = 3;
	char byte;

	(void)arg;
	close(begin[1]);
	while (read(begin[0], &byte, 1) == 1) {
		kill(sleeper, SIGSTOP);
		for (uint32_t delay = chance_next(&dice) % 4000; delay > 0; delay--)
			__asm__ volatile("pause");
		kill(sleeper, SIGCONT);
		kill(sleeper, SIGTTIN);
		write(done[1], "d", 1);
	}
	return 0;
}

// stop_signal: of the next stop, 0 when there is none.
static int
stop_signal(int *status, int options)
{
	return waitpid(sleeper, status, WUNTRACED | options) == sleeper && WIFSTOPPED(*status)
	    ? WSTOPSIG(*status) : 0;
}

// one_round: whether the second stop was told. The status word is on a page that is not there yet.
static bool
one_round(int *status)
{
	char byte;
	int sig;

	write(begin[1], "b", 1);
	sig = stop_signal(status, 0);
	if (read(done[0], &byte, 1) != 1)
		return false;
	for (int i = 0; i < PATIENCE && sig != SIGTTIN; i++) {
		sig = stop_signal(status, WNOHANG);
		if (sig != SIGTTIN)
			milliseconds(1);
	}
	kill(sleeper, SIGCONT);
	return sig == SIGTTIN;
}

int
main(void)
{
	static struct zones before;
	char *pages = mmap(NULL, ROUNDS * PAGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1,
	    0);
	int rounds = 0, other;

	zones_warm();
	zones_read(&before);
	if (pages == MAP_FAILED || pipe(begin) != 0 || pipe(done) != 0)
		bail_out("no memory or no pipe");
	sleeper = child_start(sleep_on, NULL);
	setpgid(sleeper, sleeper);
	other = child_start(stopper, NULL);
	while (rounds < ROUNDS && one_round((int *)(void *)(pages + rounds * PAGE)))
		rounds++;
	is(rounds, ROUNDS, "the second of two stops was told each time");
	// It has the pipe's end as well.
	kill(sleeper, SIGKILL);
	child_died(child_wait(sleeper), SIGKILL, "who was stopped ends");
	close(begin[1]);
	child_is(child_wait(other), 0, "who sent the signals ends");
	close(begin[0]);
	close(done[0]);
	close(done[1]);
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
