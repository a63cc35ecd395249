// SPDX-License-Identifier: BSD-2-Clause
// What the tests with spoilt mailboxes share: good ones to spoil, and how a case may end.
// Written for Kestrel.
#include "hostile.h"
#include "child.h"
#include "raw.h"
#include "../tap.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

uint32_t *km, *tm;
static const struct timespec two_ticks = { 0, 20000000 };

void
sleep_two_ticks(void)
{
	RAW(SYS_nanosleep, W(&two_ticks), 0);
}

static int byte_pipe[2];

void
wait_for_byte(void)
{
	static char byte;

	RAW(SYS_read, W(byte_pipe[0]), W(&byte), 1);
}

void
send_byte(void)
{
	RAW(SYS_write, W(byte_pipe[1]), W("x"), 1);
}

uint32_t *
memory(uint32_t at, size_t size)
{
	void *p = mmap((void *)(uintptr_t)at, size, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED)
		_exit(99);
	memset(p, 0, size);
	return p;
}

void
prepare(void (*func)(uint32_t *))
{
	km = memory(KM_AT, PAGE);
	tm = memory(TM_AT, PAGE);
	memory(STACK_AT, STACK_BYTES);
	if (raw_pipe(byte_pipe) != 0)
		_exit(97);
	km[KM_FUNC] = W(func);
	km[KM_STACK_SP] = STACK_AT;
	km[KM_STACK_SIZE] = STACK_BYTES;
}

void
enter(void (*func)(uint32_t *))
{
	prepare(func);
	if (RAW(SYS_kse_create, W(km), 0) != 0)
		_exit(98);
}

void
be_thread(uint32_t mailbox)
{
	__atomic_store_n(&km[KM_CURTHREAD], mailbox, __ATOMIC_SEQ_CST);
}

int
sleep_as_thread(void (*func)(uint32_t *))
{
	enter(func);
	be_thread(W(tm));
	wait_for_byte();
	return WENT_ON;
}

void
ends(int (*body)(void *), void *arg, int value, bool may_die, const char *what)
{
	int status = child_run(body, arg);
	bool died = status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
	bool exited = status != -1 && value >= 0 && status == value << 8;

	if (!ok((may_die && died) || exited, "%s", what))
		diag("the child's end: %s", child_says(status));
}
