// SPDX-License-Identifier: BSD-2-Clause
// System calls with random and half-random arguments, in children: the kernel lives, every child
// ends or can be killed, nothing leaks. Same seed, same calls.
// Usage: random_syscalls [COUNT [SEED]]
// Written for Kestrel.
#include "lib/chance.h"
#include "lib/child.h"
#include "lib/places.h"
#include "lib/raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/kse.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define BATCH		40	// calls a child
#define PATIENCE	40	// naps of 10 ms until a child counts as blocked

static uint32_t state;

static uint32_t
chance(void)
{
	return chance_next(&state);
}

static uint32_t
below(uint32_t limit)
{
	return chance() % limit;
}

// Left out: what ends the system or other processes, and what would make this test a fork bomb or
// leave its own traces behind.
static const uint32_t numbers[] = {
#define SYSCALL(number, name, argwords, flags)	number,
#include <sys/syscalls.def>
#undef SYSCALL
};
#define NUMBERS	(sizeof numbers / sizeof numbers[0])

static bool
is_left_out(uint32_t number)
{
	return number == SYS_exit || number == SYS_reboot || number == SYS_kill ||
	    number == SYS_fork || number == SYS_execve;
}

// Memory for structured arguments: strings, times, mailboxes, contexts.
static uint32_t material[1024] __attribute__((__aligned__(16)));
static char texts[4][16] = { "/", "/dev/null", "/dev/zero", "no-such-file" };
static char stack_memory[8192];

// The scheduler of a child that came into KSE mode by chance: goes on until it has had enough.
static void
scheduler(struct kse_mailbox *km)
{
	static unsigned int upcalls;

	km->km_completed = NULL;
	if (++upcalls < 20)
		RAW0(below(8) == 0 ? SYS_kse_exit : SYS_kse_release);
	RAW(SYS_exit, 0);
}

static void
mutate_material(void)
{
	const struct place *p = places();
	struct kse_mailbox *km = (struct kse_mailbox *)(void *)material;

	for (unsigned int i = 0; i < 64; i++)
		material[below(1024)] = below(3) == 0 ? chance() : below(100);
	material[900] = 0;			// a time: below two ticks
	material[901] = below(20000000);
	switch (below(4)) {
	case 0:
		km->km_curthread = NULL;
		break;
	case 1:
		km->km_curthread = (void *)(uintptr_t)p[below(PLACES)].address;
		break;
	default:
		km->km_curthread = (void *)&material[256];
		break;
	}
	if (below(4) != 0)
		km->km_func = scheduler;
	km->km_stack.ss_sp = stack_memory;
	km->km_stack.ss_size = below(4) == 0 ? chance() : sizeof stack_memory;
}

static uint32_t
some_address(void)
{
	switch (below(8)) {
	case 0:
		return places()[below(PLACES)].address;
	case 1:
		return chance();
	case 2:
		return W(texts[below(4)]);
	case 3:
		return W(&material[900]);
	case 4:
		return W(material);
	default:
		return W(&material[below(1000)]);
	}
}

static uint32_t
some_word(void)
{
	switch (below(6)) {
	case 0:
		return chance();
	case 1:
		return below(2) == 0 ? 0 : 0xffffffffu;
	case 2:
		return 1u << below(32);
	case 3:
		return below(5000);
	case 4:
		return below(24);
	default:
		return some_address();
	}
}

static void
one_call(void)
{
	uint32_t number, words[RAW_WORDS];
	struct raw_result r;

	do
		number = below(16) == 0 ? below(600) : numbers[below(NUMBERS)];
	while (is_left_out(number) || number == 0 || number == 198);
	for (int i = 0; i < RAW_WORDS; i++)
		words[i] = some_word();
	if (number == SYS___sysctl) {
		words[0] = below(2) == 0 ? words[0] : W(material);
		words[1] = below(6);
		words[4] = words[5] = 0;	// writing would change the system for all
	}
	if (number == SYS_nanosleep && below(4) != 0)
		words[0] = W(&material[900]);
	if (number >= SYS_kse_exit && number <= SYS_kse_release && below(2) == 0)
		words[0] = below(4) == 0 ? W(&material[256]) : W(material);
	if (number == SYS_mmap || number == SYS_munmap || number == SYS_mprotect)
		words[0] &= ~0xfffu;
	mutate_material();
	raw_call(&r, number, words, chance());
}

// Nothing that a child does on its descriptors reaches anybody.
static void
isolate(void)
{
	int fds[2], null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (pipe(fds) != 0 || write(fds[1], material, 512) != 512)
		_exit(1);
}

static int
batch(void *arg)
{
	state = *(uint32_t *)arg;
	isolate();
	for (int i = 0; i < BATCH; i++)
		one_call();
	return 0;
}

// Waits for the child; kills it if it blocks for ever, which many calls rightly do.
static int
end_of(int pid, int *blocked)
{
	int status;

	for (int i = 0; i < PATIENCE; i++) {
		if (wait4(pid, &status, WNOHANG, NULL) == pid)
			return status;
		if (i == 0)
			RAW0(SYS_sched_yield);
		else
			milliseconds(10);
	}
	(*blocked)++;
	kill(pid, SIGKILL);
	return child_wait(pid);
}

int
main(int argc, char **argv)
{
	static struct zones before;
	int count = argc > 1 ? atoi(argv[1]) : 20000, blocked = 0, killed = 0, strange = 0, batches;
	uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 20021031, seeds;

	diag("seed %lu, %d calls", (unsigned long)seed, count);
	places();
	zones_warm();
	zones_read(&before);
	state = seed != 0 ? seed : 1;
	seeds = state;
	for (batches = 0; batches * BATCH < count; batches++) {
		uint32_t own = seeds * 2654435761u + (uint32_t)batches * 2246822519u;
		own = own != 0 ? own : 1;
		int pid = child_start(batch, &own);
		int status = end_of(pid, &blocked);
		if (status == -1) {
			diag("batch %d has no end", batches);
			strange++;
		} else if (WIFSIGNALED(status)) {
			killed++;
		}
	}
	is(strange, 0, "%d children made random calls, each had its end", batches);
	diag("%d ended by a signal, %d of them blocked and were killed", killed, blocked);
	ok(killed < batches, "not all of them failed early");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
