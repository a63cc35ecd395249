// SPDX-License-Identifier: BSD-2-Clause
// Storm: random programs of everything at once, in several processes with several groups and KSEs,
// which are stopped and continued meanwhile.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/child.h"
#include "../user/lib/raw.h"
#include "../user/lib/uts_raw.h"
#include "../user/tap.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PROCESSES 3
#define THREADS	10
#define PATIENCE 3000	// ticks before a signal counts as lost

struct life {
	uint32_t seed;
	long	 steps;
};

static struct life life;
static int tokens[2];
static unsigned int wrong, lost, interrupted;

// A call that kse_thr_interrupt may break off.
static void
judge(int32_t result, int32_t expected)
{
	if (result == -EINTR)
		__atomic_fetch_add(&interrupted, 1, __ATOMIC_RELAXED);
	else if (result != expected)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

// Whoever wants a token has put one there before: nobody waits for ever.
static void
pass_token(void)
{
	char byte = 't';

	judge(RAW(SYS_write, W(tokens[1]), W(&byte), 1), 1);
	judge(RAW(SYS_read, W(tokens[0]), W(&byte), 1), 1);
}

static void
have_child(dice *d)
{
	int value = (int)throw_dice(d, 100), status = -1;
	int32_t pid = RAW0(SYS_fork), reaped;

	if (pid == 0)
		_exit(value);
	while ((reaped = RAW(SYS_wait4, W(pid), W(&status), 0, 0)) == -EINTR)
		continue;
	if (pid < 0 || reaped != pid || status != value << 8)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void
signal_self(void)
{
	unsigned int before = signals_told(SIGUSR1);
	int wait = 0;

	judge(RAW(SYS_kill, W(getpid()), SIGUSR1), 0);
	while (signals_told(SIGUSR1) == before && wait++ < PATIENCE)
		nap(1);
	if (wait > PATIENCE)
		__atomic_fetch_add(&lost, 1, __ATOMIC_RELAXED);
}

static void
touch_memory(dice *d)
{
	size_t size = (1 + throw_dice(d, 4)) * 4096;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);

	for (size_t i = 0; p != MAP_FAILED && i < size; i += 4096)
		p[i] = 1;
	if (p == MAP_FAILED || munmap(p, size) != 0)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void
step(struct ru_thread *self, dice *d)
{
	int32_t error;

	switch (throw_dice(d, 10)) {
	case 0:
		have_child(d);
		break;
	case 1:
		signal_self();
		break;
	case 2:
		touch_memory(d);
		break;
	case 3:
		error = RAW(SYS_kse_wakeup, W(ru_kses[throw_dice(d, (uint32_t)ru_nkses)].km));
		judge(error == -ESRCH ? 0 : error, 0);
		break;
	case 4:
		error = RAW(SYS_kse_thr_interrupt, W(ru_threads()[1 + throw_dice(d, THREADS)].tm));
		judge(error == -ESRCH ? 0 : error, 0);
		break;
	case 5:
		ru_yield(self);
		break;
	case 6: case 7:
		pass_token();
		break;
	default:
		judge(nap(throw_dice(d, 3)), 0);
		break;
	}
}

static void
live(struct ru_thread *self)
{
	dice d = dice_from(life.seed, (uint32_t)self->id);

	for (long i = 0; i < life.steps; i++) {
		step(self, &d);
		self->result++;
	}
}

static int
random_process(void *arg)
{
	life = *(struct life *)arg;
	dice d = dice_from(life.seed, 1000);
	int kses = 1 + (int)throw_dice(&d, 4), groups = 1 + (int)throw_dice(&d, 3);
	long done = 0;

	if (raw_pipe(tokens) != 0 || !ru_init(THREADS))
		bail_out("no pipe or no memory");
	catch_quietly(SIGUSR1);
	for (int i = 0; i < kses; i++)
		telling_kse(0);
	for (int g = 1; g < groups; g++)
		telling_kse(g);
	for (int i = 0; i < THREADS; i++)
		ru_thread(i % groups, live, 0);
	is(ru_run(), 0, "%d KSEs in group 0, %d groups", kses, groups);
	for (int i = 1; i <= THREADS; i++)
		done += ru_threads()[i].result;
	is(done, THREADS * life.steps, "every thread did all its steps, %u calls broken off",
	    interrupted);
	is((long)wrong, 0, "with the results that they have to have");
	is((long)lost, 0, "no signal was lost");
	is(RAW(SYS_wait4, W(-1), 0, 0, 0), -ECHILD, "no child is left");
	ru_balanced("every thread came back once");
	return failed() != 0;
}

int
stress_random(void *arg)
{
	const struct stress *stress = arg;
	dice d = dice_from(stress->seed, 2000);
	int pids[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		struct life its = { stress->seed * PROCESSES + (uint32_t)i, stress->size };
		pids[i] = child_start(random_process, &its);
	}
	for (long n = 0; n < stress->size; n++) {
		int pid = pids[throw_dice(&d, PROCESSES)];

		nap(1);
		kill(pid, SIGSTOP);
		nap(throw_dice(&d, 3));
		kill(pid, SIGCONT);
		if (n % 8 == 0)
			check_structures();
	}
	for (int i = 0; i < PROCESSES; i++)
		child_is(child_wait(pids[i]), 0, "a process lived its random life to its end");
	return failed() != 0;
}
