// SPDX-License-Identifier: BSD-2-Clause
// Never ends, on purpose: user threads of two KSEs run through one function and one system call.
// Written for Kestrel; for debuggers.
#include "lib/raw.h"
#include "lib/uts_raw.h"

#include <stdio.h>

#define THREADS	3

// Where they all come by.
static void __attribute__((__noinline__))
meet(struct ru_thread *self)
{
	self->result++;
}

static void
runner(struct ru_thread *self)
{
	for (;;) {
		meet(self);
		RAW(SYS_open, W("nowhere"), 0, 0);	// under Giant
	}
}

int
main(void)
{
	printf("1..1\n# begin planted_busy\n");
	fflush(stdout);
	if (!ru_init(THREADS))
		return 1;
	ru_kse(0);
	ru_kse(0);
	for (int i = 0; i < THREADS; i++)
		ru_thread(0, runner, 0);
	return ru_run();
}
