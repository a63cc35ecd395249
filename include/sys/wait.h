// SPDX-License-Identifier: BSD-2-Clause
// Waiting for children, and what their status words mean.
// Encoding of FreeBSD 5.x.
#pragma once

#include <sys/types.h>

struct rusage;

#define WNOHANG		1	// do not wait
#define WUNTRACED	2	// report stopped children too
#define WCONTINUED	4	// report continued children too

#define WAIT_ANY	(-1)	// any child
#define WAIT_MYPGRP	0	// any child of the caller's process group

// Status word: exit value << 8, or a signal (with WCOREFLAG), or signal << 8 | 0177 if stopped.
#define WCOREFLAG	0200
#define _WSTATUS(x)	((x) & 0177)
#define _WSTOPPED	0177
#define WIFSTOPPED(x)	(_WSTATUS(x) == _WSTOPPED)
#define WSTOPSIG(x)	(((x) >> 8) & 0377)
#define WIFSIGNALED(x)	(_WSTATUS(x) != _WSTOPPED && _WSTATUS(x) != 0)
#define WTERMSIG(x)	(_WSTATUS(x))
#define WIFEXITED(x)	(_WSTATUS(x) == 0)
#define WEXITSTATUS(x)	(((x) >> 8) & 0377)
#define WIFCONTINUED(x)	((x) == 0x13)
#define WCOREDUMP(x)	((x) & WCOREFLAG)
#define W_EXITCODE(ret, sig)	(((ret) & 0377) << 8 | (sig))
#define W_STOPCODE(sig)	((sig) << 8 | _WSTOPPED)

ABI_BEGIN_C
pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *ru);
ABI_END_C
