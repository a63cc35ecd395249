// SPDX-License-Identifier: BSD-2-Clause
// Signals by the old call, and signals to oneself.
// C11 7.14: handlers stay installed and interrupted calls restart, as in BSD.

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
pause(void)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	return sigsuspend(&mask);
}
