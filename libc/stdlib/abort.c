// SPDX-License-Identifier: BSD-2-Clause
// Ending a program that is not in order.
// C11 7.22.4.1.

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../libc_private.h"

_Noreturn void
abort(void)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t others;

	sigfillset(&others);
	sigdelset(&others, SIGABRT);
	__sigmask_set(&others);
	raise(SIGABRT);
	// A handler that returns, or SIG_IGN, does not keep the program alive.
	sigaction(SIGABRT, &by_default, NULL);
	raise(SIGABRT);
	_exit(128 + SIGABRT);
}

_Noreturn void
__libc_fatal(const char *text)
{
	write(STDERR_FILENO, text, strlen(text));
	write(STDERR_FILENO, "\n", 1);
	abort();
}
