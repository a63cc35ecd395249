// SPDX-License-Identifier: BSD-2-Clause
// A shell on the console, for ever.
// Role of FreeBSD's init(8) in single-user mode.

#include <err.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define SHORT_LIFE	1	// seconds; a shell that ends sooner is not started again at once

static time_t
now(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

_Noreturn void
run_shells(void)
{
	for (;;) {
		time_t started = now();
		pid_t pid = fork();

		if (pid == 0) {
			new_session();
			execl(SHELL, "-sh", (char *)NULL);
			warn("%s", SHELL);
			_exit(127);
		}
		if (pid > 0)
			await(pid);
		else
			warn("fork");
		if (now() - started < SHORT_LIFE)
			sleep(1);
	}
}
