// SPDX-License-Identifier: BSD-2-Clause
// Signal sets and actions as values: what is in them, and what each signal does by default.
// After FreeBSD 5.0 sys/signalvar.h and the property table of kern_sig.c.
#include <kern/signalvar.hpp>

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

// lasting_mask: the one that p has when it is not in sigsuspend. p_mtx held.
static sigset_t lasting_mask(proc const *p)
{
	return p->p_sigsuspender != nullptr ? p->p_oldsigmask : p->p_sigmask;
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
	p->p_sigmask = lasting_mask(p);
	p->p_sigsuspender = nullptr;
	for (int sig = 1; sig < NSIG; sig++)
		if (sig_is_ignored(p, sig))
			SIGDELSET(p->p_siglist, sig);
	signotify(p);
}

void sig_fork(proc *child, proc const *parent)
{
	child->p_sigmask = lasting_mask(parent);
	child->p_sigignore = parent->p_sigignore;
	child->p_sigstk = parent->p_sigstk;
	child->p_sigacts = parent->p_sigacts;
}
