// SPDX-License-Identifier: BSD-2-Clause
// Saving, making and resuming user contexts.
// The System V calls, as library code like FreeBSD's before mid-November 2002.
#pragma once

#include <sys/ucontext.h>

ABI_BEGIN_C
// getcontext: save the caller's registers, FPU state and signal mask in *uc. Returns 0; so does
// the second return that setcontext(uc) makes.
int getcontext(ucontext_t *uc) __attribute__((__returns_twice__));
// setcontext: resume *uc; returns only on error (-1; EINVAL for an unknown layout). Every register
// is loaded, eax too, so contexts from a signal frame or a thread mailbox are welcome.
int setcontext(const ucontext_t *uc);
// makecontext: make *uc, filled by getcontext and given a uc_stack, call func with argc int
// arguments. When func returns, uc_link is resumed, or the process exits if that is NULL.
void makecontext(ucontext_t *uc, void (*func)(void), int argc, ...);
// swapcontext: save the caller in *save, resume *resume.
int swapcontext(ucontext_t *save, const ucontext_t *resume);
ABI_END_C
