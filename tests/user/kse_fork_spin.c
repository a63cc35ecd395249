// SPDX-License-Identifier: BSD-2-Clause
// fork beside threads that compute: each KSE from which fork takes a user thread comes back to the
// UTS, or one stays idle that the UTS believes busy, and the forker waits for it for ever.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <stdatomic.h>
#include <unistd.h>

#define SPINNERS	3
#define FORKS		300

static atomic_bool over;
static volatile unsigned int pages[16][1024];

// Writes to memory that each fork makes shared: page faults are trips, too.
static void
spinner(struct ru_thread *self)
{
	while (!over)
		for (int page = 0; page < 16; page++)
			pages[page][self->arg]++;
}

static void
forker(struct ru_thread *self)
{
	int status;

	self->result = 0;
	for (int i = 0; i < FORKS; i++) {
		int32_t pid = RAW0(SYS_fork);

		if (pid == 0)
			_exit(3);
		self->result += RAW(SYS_wait4, W(pid), W(&status), 0, 0) == pid &&
		    status == 3 << 8;
	}
	over = true;
}

static int
fork_beside_spinners(void *arg)
{
	(void)arg;
	if (!ru_init(SPINNERS + 1))
		return 1;
	for (int i = 0; i <= SPINNERS; i++)
		ru_kse(0);
	ru_thread(0, forker, 0);
	for (int i = 0; i < SPINNERS; i++)
		ru_thread(0, spinner, i);
	is(ru_run(), 0, "%d threads compute, one forks", SPINNERS);
	is(ru_threads()[1].result, FORKS, "and gets a KSE for each of its forks");
	ru_balanced("the ledger balances");
	return failed() != 0;
}

int
main(void)
{
	static struct zones before;

	zones_warm();
	zones_read(&before);
	child_is(child_run(fork_beside_spinners, NULL), 0, "forks beside computing threads");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
