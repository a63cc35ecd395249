// SPDX-License-Identifier: BSD-2-Clause
// What a process wants done with each signal, and why each pending one came.
// After FreeBSD 5.0 sys/signalvar.h, struct sigacts; part of the process here, not shared.
#pragma once

#include <kern/uaccess.hpp>
#include <sys/signal.h>

// sig_cause: what siginfo_t tells beside the number. One a signal: of several that come while it is
// pending, the first counts.
struct sig_cause final {
	int      code{};        // SI_USER, CLD_*, a fault's own code...
	int      pid{};         // sender, or the child
	uint32_t uid{};         // real user of it
	int      status{};      // exit value or signal of the child
	uint32_t address{};     // of a fault
};

// sigacts: the actions. A signal is in at most one of ps_catch and p_sigignore; in neither, its
// default action counts. All of it is guarded by the process lock.
struct sigacts final {
	uaddr     ps_handler[NSIG]{};           // of caught signals
	sigset_t  ps_catchmask[NSIG]{};         // masked while the handler runs, beside the signal
	sigset_t  ps_catch{};                   // caught
	sigset_t  ps_onstack{};                 // SA_ONSTACK
	sigset_t  ps_intr{};                    // without SA_RESTART: calls end with EINTR
	sigset_t  ps_reset{};                   // SA_RESETHAND
	sigset_t  ps_nodefer{};                 // SA_NODEFER
	sigset_t  ps_siginfo{};                 // SA_SIGINFO
	bool      ps_nocldstop{};               // no SIGCHLD when children stop or go on
	bool      ps_nocldwait{};               // children leave no zombies
	sig_cause ps_cause[NSIG]{};             // of pending signals
};
