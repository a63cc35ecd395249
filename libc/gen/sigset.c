// SPDX-License-Identifier: BSD-2-Clause
// Sets of signals.
// POSIX.

#include <errno.h>
#include <signal.h>
#include <string.h>

int
sigemptyset(sigset_t *set)
{
	memset(set, 0, sizeof(*set));
	return 0;
}

int
sigfillset(sigset_t *set)
{
	memset(set, 0xff, sizeof(*set));
	return 0;
}

static int
valid(int sig)
{
	if (sig > 0 && sig <= _SIG_MAXSIG)
		return 1;
	errno = EINVAL;
	return 0;
}

int
sigaddset(sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	set->__bits[(sig - 1) / 32] |= 1u << (sig - 1) % 32;
	return 0;
}

int
sigdelset(sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	set->__bits[(sig - 1) / 32] &= ~(1u << (sig - 1) % 32);
	return 0;
}

int
sigismember(const sigset_t *set, int sig)
{
	if (!valid(sig))
		return -1;
	return (int)(set->__bits[(sig - 1) / 32] >> (sig - 1) % 32 & 1);
}
