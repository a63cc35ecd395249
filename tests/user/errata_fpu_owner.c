// SPDX-License-Identifier: BSD-2-Clause
// A thread that has not used the FPU is exported without FPU state; setcontext must not load what
// is not there (D-40).
// Written for Kestrel; docs/errata.md tells the story.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "tap.h"

#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static uint32_t km[KM_WORDS];
static uint32_t tm[TM_WORDS] __attribute__((__aligned__(16)));
static char stack[8192] __attribute__((__aligned__(16)));
static const struct timespec two_ticks = { 0, 20000000 };

static void
resume(uint32_t *mailbox)
{
	if (mailbox[KM_COMPLETED] == 0) {
		RAW0(SYS_kse_release);
		_exit(90);
	}
	if (mailbox[KM_COMPLETED] != W(tm) || tm[TM_OWNEDFP] != 0x20000)
		_exit(91);
	mailbox[KM_COMPLETED] = 0;
	setcontext((const ucontext_t *)(const void *)tm);
	_exit(92);
}

// In a process that is new in FPU matters: exec'd, so that nothing inherited counts as use.
static int
without_fpu(void)
{
	uint16_t control;

	km[KM_FUNC] = W(resume);
	km[KM_STACK_SP] = W(stack);
	km[KM_STACK_SIZE] = sizeof stack;
	if (RAW(SYS_kse_create, W(km), 0) != 0)
		return 93;
	__atomic_store_n(&km[KM_CURTHREAD], W(tm), __ATOMIC_SEQ_CST);
	RAW(SYS_nanosleep, W(&two_ticks), 0);
	__asm__ volatile("fnstcw %0" : "=m"(control));
	return control == 0x037f ? 70 : 71;
}

static int
start_over(void *arg)
{
	char *path = arg, *argv[] = { path, "--without-fpu", NULL }, *none[] = { NULL };

	execve(path, argv, none);
	return 94;
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--without-fpu") == 0)
		return without_fpu();
	child_is(child_run(start_over, argc > 0 ? argv[0] : "/tests/errata_fpu_owner"), 70,
	    "a thread resumed by setcontext has a clean FPU when it had none");
	return done_testing();
}
