// SPDX-License-Identifier: BSD-2-Clause
// A child that outlives the program: init takes it, and nothing is left behind when it has ended.
// Written for Kestrel.
#include "lib/child.h"
#include "tap.h"

#include <time.h>

static int
linger(void *arg)
{
	const struct timespec nap = { 0, 50000000 };

	(void)arg;
	nanosleep(&nap, NULL);
	return 0;
}

int
main(void)
{
	ok(child_start(linger, NULL) > 0, "a child lives on");
	return done_testing();
}
