// SPDX-License-Identifier: BSD-2-Clause
// Mailboxes that change while the kernel looks at them: one KSE makes calls and blocks, another one
// unmaps, protects and scribbles over everything that the first one's kernel threads go by.
// Written for Kestrel.
//
// kse_hostile_race [CHILDREN [SEED]]. A child may end by itself or by a fault; the kernel has to
// have everything back afterwards.
#include "lib/chance.h"
#include "lib/child.h"
#include "lib/hostile.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define ATTACKS		150
#define PATIENCE	60	// naps of ten milliseconds

static uint32_t state;		// of the generator
static const struct timespec shortest = { 0, 1 };
static uint32_t attacker_km[KM_WORDS] __attribute__((__aligned__(16)));
static char attacker_stack[8192] __attribute__((__aligned__(16)));
static volatile uint32_t beats;	// of the first KSE

static uint32_t
rnd(uint32_t below)
{
	return chance_next(&state) % below;
}

// A word to put where an address should be.
static uint32_t
any_word(void)
{
	const uint32_t words[] = { 0, W(tm), W(tm) + 2, W(km), KM_AT + PAGE - 2, TM_AT + PAGE - 400,
	    FURTHER_AT, STACK_AT, 0xbffffffeu, 0xc0000000u, 0xc0100000u, 0xfffffffcu, 0xffffffffu,
	    0xfffffd40u, 4, W(attacker_km), state };

	return words[rnd(sizeof words / sizeof words[0])];
}

static uint32_t
any_page(void)
{
	const uint32_t pages[] = { KM_AT, TM_AT, STACK_AT + PAGE };

	return pages[rnd(sizeof pages / sizeof pages[0])];
}

// ---- The KSE that is attacked ------------------------------------------------------------------

// One call; which, is left to what the other KSE does to the generator.
static void
call(void)
{
	static char byte;

	switch (beats++ % 8) {
	case 0:
	case 1:
	case 2:
		RAW(SYS_nanosleep, W(&shortest), 0);
		break;
	case 3:
		RAW(SYS_kse_wakeup, 0);
		break;
	case 4:
		RAW0(SYS_kse_release);
		break;
	case 5:
		RAW(SYS_read, UINT32_MAX, W(&byte), 1);
		break;
	default:
		RAW0(SYS_getpid);
		break;
	}
}

// Also the entry for upcalls: whatever has become of its threads, it goes on with the same mailbox.
static void
victim(uint32_t *mailbox)
{
	(void)mailbox;
	for (;;) {
		be_thread(W(tm));
		call();
		km[KM_COMPLETED] = 0;
		RAW(SYS_nanosleep, W(&shortest), 0);
	}
}

// ---- The KSE that attacks ----------------------------------------------------------------------

static void
scribble(void)
{
	uint32_t *at = rnd(2) != 0 ? km : tm;
	uint32_t words = at == km ? KM_WORDS : TM_WORDS;

	switch (rnd(3)) {
	case 0:
		be_thread(any_word());
		break;
	case 1:
		at[rnd(words)] = any_word();
		break;
	default:
		tm[TM_NEXT] = W(tm);
		km[KM_COMPLETED] = W(tm);
		break;
	}
}

static void
attack(void)
{
	uint32_t page = any_page();

	switch (rnd(8)) {
	case 0:
		RAW(SYS_munmap, page, PAGE);
		break;
	case 1:
		RAW(SYS_mprotect, page, PAGE, rnd(2) != 0 ? PROT_READ : PROT_NONE);
		break;
	case 2:
		RAW(SYS_kse_thr_interrupt, any_word());
		break;
	case 3:
		RAW(SYS_kse_wakeup, rnd(2) != 0 ? KM_AT : any_word());
		break;
	case 4:
		RAW(SYS_kse_create, KM_AT, rnd(2));
		break;
	case 5:
		kill(getpid(), SIGUSR1);
		break;
	default:
		scribble();
		return;
	}
	// Back, for the next time, and so that this KSE does not fault itself.
	for (volatile uint32_t i = rnd(300); i != 0; i--)
		__asm__ volatile("pause");
	memory(page, PAGE);
	km[KM_FUNC] = W(victim);
	km[KM_STACK_SP] = STACK_AT;
	km[KM_STACK_SIZE] = STACK_BYTES;
}

static void
attacker(uint32_t *mailbox)
{
	static int attacks;

	(void)mailbox;
	while (attacks++ < ATTACKS) {
		attack();
		// A tick for the other one now and then, also where there is one processor.
		if (rnd(16) == 0)
			RAW(SYS_nanosleep, W(&shortest), 0);
	}
	RAW(SYS_exit, 9);
}

static void
nothing(int sig)
{
	(void)sig;
}

static int
fight(void *arg)
{
	struct sigaction act = { .sa_flags = 0 };

	state = *(uint32_t *)arg;
	act.sa_handler = nothing;
	sigaction(SIGUSR1, &act, NULL);
	enter(victim);
	attacker_km[KM_FUNC] = W(attacker);
	attacker_km[KM_STACK_SP] = W(attacker_stack);
	attacker_km[KM_STACK_SIZE] = sizeof attacker_stack;
	if (RAW(SYS_kse_create, W(attacker_km), 1) != 0)
		return 98;
	victim(km);
	return WENT_ON;
}

// ---- Verdicts ----------------------------------------------------------------------------------

enum { FAULTED, ENDED, HUNG, WRONG };

// Who has spoilt his stack may run anywhere, and exit with anything.
static int
classify(int status)
{
	if (status == -1)
		return WRONG;
	if (WIFEXITED(status))
		return ENDED;
	switch (WTERMSIG(status)) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGTRAP:
	case SIGFPE:
		return FAULTED;
	case SIGKILL:
		return HUNG;
	default:
		return WRONG;
	}
}

// A process may well put itself where nobody wakes it; SIGKILL must end it then.
static int
end_of(int pid)
{
	int status = 0;

	for (int i = 0; i < PATIENCE; i++) {
		pid_t told = wait4(pid, &status, WNOHANG, NULL);
		if (told != 0)
			return told == pid ? classify(status) : WRONG;
		milliseconds(10);
	}
	kill(pid, SIGKILL);
	return classify(child_wait(pid));
}

int
main(int argc, char **argv)
{
	static struct zones before;
	int count = argc > 1 ? atoi(argv[1]) : 60, ends[4] = { 0 };
	uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) | 1 : 88172645u;

	zones_warm();
	zones_read(&before);
	for (int i = 0; i < count; i++) {
		uint32_t one = seed + (uint32_t)i * 2654435760u;
		int end = end_of(child_start(fight, &one));

		ends[end]++;
		if (end == WRONG)
			diag("seed %#x ends as it should not", (unsigned int)one);
	}
	is(ends[WRONG], 0, "every process ends by itself, by a fault or by SIGKILL");
	diag("%d faulted, %d ended, %d waited for ever", ends[FAULTED], ends[ENDED], ends[HUNG]);
	zones_settled(&before, "the kernel has every thread, KSE and group back");
	return done_testing();
}
