// SPDX-License-Identifier: BSD-2-Clause
// Signal calls.
// POSIX names; numbers in sys/signal.h.
#pragma once

#include <sys/signal.h>

typedef int sig_atomic_t;
typedef __sighandler_t *sig_t;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
ABI_BEGIN_C
extern const char *const sys_signame[NSIG];	// "HUP", "INT"...; [0] is "Signal 0"
extern const char *const sys_siglist[NSIG];	// "Hangup", "Interrupt"...

sig_t signal(int sig, sig_t handler);
int raise(int sig);
int kill(pid_t pid, int sig);
int killpg(pid_t pgrp, int sig);
int siginterrupt(int sig, int interrupts);
int sigaction(int sig, const struct sigaction *act, struct sigaction *old);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigaltstack(const stack_t *ss, stack_t *old);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);
char *strsignal(int sig);
ABI_END_C
#pragma GCC diagnostic pop
