// SPDX-License-Identifier: BSD-2-Clause
// kse_wakeup(NULL) when the KSE that idles is the one of the process's last thread, which sleeps in
// kse_release: a signal has made another KSE upcall meanwhile.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "tap.h"

#include <signal.h>
#include <unistd.h>

#define PATIENCE	2000	// naps before a wakeup counts as lost

static uint32_t first[KM_WORDS], second[KM_WORDS];
static char stacks[2][8192] __attribute__((__aligned__(16)));
static unsigned int upcalls;	// of the second KSE

// The first KSE idles before the second one does, and so is the one that a signal starts.
static void
first_upcall(uint32_t *km)
{
	(void)km;
	is(RAW(SYS_kse_wakeup, 0), 0, "kse_wakeup(NULL) finds the KSE that was last to release");
	for (int i = 0; i < PATIENCE && __atomic_load_n(&upcalls, __ATOMIC_ACQUIRE) < 2; i++)
		milliseconds(10);
	is((long)__atomic_load_n(&upcalls, __ATOMIC_ACQUIRE), 2, "and it upcalls");
	_exit(done_testing());
}

static void
second_upcall(uint32_t *km)
{
	(void)km;
	if (__atomic_add_fetch(&upcalls, 1, __ATOMIC_ACQ_REL) == 1) {
		milliseconds(100);
		alarm(1);
	}
	RAW0(SYS_kse_release);
	bail_out("kse_release returned");
}

static void
handler(int sig)
{
	(void)sig;
}

static void
set_up(uint32_t *km, char *stack, void (*func)(uint32_t *))
{
	km[KM_FUNC] = W(func);
	km[KM_STACK_SP] = W(stack);
	km[KM_STACK_SIZE] = sizeof stacks[0];
}

int
main(void)
{
	signal(SIGALRM, handler);
	set_up(first, stacks[0], first_upcall);
	set_up(second, stacks[1], second_upcall);
	is(RAW(SYS_kse_create, W(first), 0), 0, "the program's KSE gets a mailbox");
	is(RAW(SYS_kse_create, W(second), 0), 0, "a second KSE");
	RAW0(SYS_kse_release);
	bail_out("kse_release returned");
}
