// SPDX-License-Identifier: BSD-2-Clause
// Fifty user threads of two KSEs wait in the kernel at once, and all come back.
// Written for Kestrel; the debugger's tests stop it at everyone_blocked.
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "tap.h"

#include <errno.h>

#define READERS	50

static int fds[2];
static long written;

static void
reader(struct ru_thread *self)
{
	unsigned char byte;

	self->result = RAW(SYS_read, W(fds[0]), W(&byte), 1);
}

// Here all readers are in the kernel, and each has had its upcall.
static void __attribute__((__noinline__))
everyone_blocked(void)
{
	__asm__ volatile("" ::: "memory");
}

static void
writer(struct ru_thread *self)
{
	while (*(volatile unsigned int *)&ru_ledger.blocks < READERS)
		ru_yield(self);
	everyone_blocked();
	for (int i = 0; i < READERS; i++)
		written += RAW(SYS_write, W(fds[1]), W("x"), 1);
}

int
main(void)
{
	long came_back = 0;

	if (raw_pipe(fds) != 0 || !ru_init(READERS + 1))
		bail_out("no pipe or no memory");
	ru_kse(0);
	ru_kse(0);
	for (int i = 0; i < READERS; i++)
		ru_thread(0, reader, 0);
	ru_thread(0, writer, 0);
	is(ru_run(), 0, "%d threads, 2 KSEs", READERS);
	for (int i = 1; i <= READERS; i++)
		came_back += ru_threads()[i].result;
	is(written, READERS, "a byte was written for each");
	is(came_back, READERS, "each thread came back with one");
	ru_balanced("the ledger of threads and mailboxes balances");
	return done_testing();
}
