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
	sigset_t none = {{ 0 }};

	__sigmask_set(&none);
	kill(getpid(), SIGABRT);
	_exit(128 + SIGABRT);		// the signal was caught or ignored
}

_Noreturn void
__libc_fatal(const char *text)
{
	write(STDERR_FILENO, text, strlen(text));
	write(STDERR_FILENO, "\n", 1);
	abort();
}
