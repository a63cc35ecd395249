// SPDX-License-Identifier: BSD-2-Clause
// Signals by the old call, and signals to oneself.
// C11 7.14: handlers stay installed and interrupted calls restart, as in BSD.

#include <errno.h>
#include <signal.h>
#include <unistd.h>

sig_t
signal(int sig, sig_t handler)
{
	struct sigaction action = { .sa_flags = SA_RESTART }, old;

	action.sa_handler = handler;
	return sigaction(sig, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

int
raise(int sig)
{
	return kill(getpid(), sig);
}

int
killpg(pid_t pgrp, int sig)
{
	if (pgrp <= 1) {
		errno = EINVAL;
		return -1;
	}
	return kill(-pgrp, sig);
}

int
siginterrupt(int sig, int interrupts)
{
	struct sigaction action;

	if (sigaction(sig, NULL, &action) != 0)
		return -1;
	if (interrupts)
		action.sa_flags &= ~SA_RESTART;
	else
		action.sa_flags |= SA_RESTART;
	return sigaction(sig, &action, NULL);
}

int
pause(void)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	return sigsuspend(&mask);
}
