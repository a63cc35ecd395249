// SPDX-License-Identifier: BSD-2-Clause
// A signal to oneself and a fault, each through a handler and back.
// Written for Kestrel.
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <unistd.h>

#include "lib/bench.h"

// Where the kernel has no such call, the library has no such function.
#pragma weak sigaction

static struct bench_samples samples;
static char *page;

static void
nothing(int sig)
{
	(void)sig;
}

// mend: what faulted may be written now, so the instruction goes on.
static void
mend(int sig)
{
	(void)sig;
	mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE);
}

static void
install(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_flags = 0 };

	action.sa_handler = handler;
	if (sigaction(sig, &action, NULL) != 0)
		bench_fatal("sigaction");
}

static void
signal_to_self(void)
{
	uint32_t before, after;
	pid_t self = getpid();

	install(SIGUSR1, nothing);
	do {
		before = bench_now();
		kill(self, SIGUSR1);
		after = bench_now();
	} while (bench_add(&samples, before, after));
	bench_report("signal_to_self", &samples, 1);
}

// The fault's figure is what it costs beyond the mprotect that its handler needs.
static void
fault_to_handler(void)
{
	uint32_t before, after, cost;

	page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (page == MAP_FAILED)
		bench_fatal("mmap");
	page[0] = 1;
	install(SIGSEGV, mend);
	install(SIGBUS, mend);
	do {
		mprotect(page, PAGE_SIZE, PROT_READ);
		before = bench_now();
		mend(0);
		cost = bench_now() - before;
		mprotect(page, PAGE_SIZE, PROT_READ);
		before = bench_now();
		*(char volatile *)page = 1;
		after = bench_now();
	} while (bench_add(&samples, before + cost, after + BENCH_OVERHEAD));
	bench_report("fault_to_handler", &samples, 1);
}

int
main(void)
{
	if (sigaction == NULL) {
		bench_skip("signal_to_self", "this kernel delivers no signals to handlers");
		bench_skip("fault_to_handler", "this kernel delivers no signals to handlers");
		return 0;
	}
	signal_to_self();
	fault_to_handler();
	return 0;
}
