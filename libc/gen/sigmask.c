// SPDX-License-Identifier: BSD-2-Clause
// The signal mask for setjmp and contexts.
// Ours: the system call is a weak symbol, since not every kernel's list has it.

#include <signal.h>
#include <stddef.h>

#include "../libc_private.h"

void
__sigmask_get(sigset_t *mask)
{
	*mask = (sigset_t){{ 0 }};
	if (__sys_sigprocmask != NULL)
		__sys_sigprocmask(SIG_BLOCK, NULL, mask);
}

void
__sigmask_set(const sigset_t *mask)
{
	if (__sys_sigprocmask != NULL)
		__sys_sigprocmask(SIG_SETMASK, mask, NULL);
}
