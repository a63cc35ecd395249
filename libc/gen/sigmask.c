// SPDX-License-Identifier: BSD-2-Clause
// The signal mask for setjmp and contexts.
// Ours.

#include <signal.h>
#include <stddef.h>

#include "../libc_private.h"

void
__sigmask_get(sigset_t *mask)
{
	__sys_sigprocmask(SIG_BLOCK, NULL, mask);
}

void
__sigmask_set(const sigset_t *mask)
{
	__sys_sigprocmask(SIG_SETMASK, mask, NULL);
}
