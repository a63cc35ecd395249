// SPDX-License-Identifier: BSD-2-Clause
// Signal sets and actions as values: what is in them, and what each signal does by default.
// After FreeBSD 5.0 sys/signalvar.h and the property table of kern_sig.c.
#include <kern/signalvar.hpp>

sigset_t sigset_or(sigset_t const &a, sigset_t const &b)
{
	sigset_t set = a;
	for (int i = 0; i < _SIG_WORDS; i++)
		set.__bits[i] |= b.__bits[i];
	return set;
}

sigset_t sigset_andnot(sigset_t const &a, sigset_t const &b)
{
	sigset_t set = a;
	for (int i = 0; i < _SIG_WORDS; i++)
		set.__bits[i] &= ~b.__bits[i];
	return set;
}

int sigset_first(sigset_t const &set)
{
	for (int i = 0; i < _SIG_WORDS; i++)
		if (set.__bits[i] != 0)
			return i * 32 + __builtin_ctz(set.__bits[i]) + 1;
	return 0;
}

sig_action sig_default_action(int sig)
{
	switch (sig) {
	case SIGURG:
	case SIGCONT:
	case SIGCHLD:
	case SIGIO:
	case SIGWINCH:
	case SIGINFO:
		return sig_action::ignore;
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return sig_action::stop;
	default:
		return sig_action::terminate;
	}
}

bool sig_is_caught(proc const *p, int sig)
{
	return SIGISMEMBER(p->p_sigacts.ps_catch, sig);
}

bool sig_is_ignored(proc const *p, int sig)
{
	return SIGISMEMBER(p->p_sigignore, sig) ||
	    (sig_default_action(sig) == sig_action::ignore && !sig_is_caught(p, sig));
}

// Handlers are addresses in the old program; what was ignored stays ignored, and what is pending
// stays so unless its default action is nothing.
void sig_exec(proc *p)
{
	p->p_mtx.assert_owned();
	p->p_sigacts.ps_catch = sigset_t{};
	p->p_sigacts.ps_nocldstop = false;
	p->p_sigacts.ps_nocldwait = false;
	p->p_sigstk = {nullptr, 0, SS_DISABLE};
	for (int sig = 1; sig < NSIG; sig++)
		if (sig_is_ignored(p, sig))
			SIGDELSET(p->p_siglist, sig);
}

void sig_fork(proc *child, proc const *parent)
{
	child->p_sigmask = parent->p_sigmask;
	child->p_sigignore = parent->p_sigignore;
	child->p_sigstk = parent->p_sigstk;
	child->p_sigacts = parent->p_sigacts;
}
