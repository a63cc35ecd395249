// SPDX-License-Identifier: BSD-2-Clause
// The context of a user thread: what a signal frame and a thread mailbox carry.
// Layout of FreeBSD 5.x on the i386.
#pragma once

#include <sys/signal.h>
#include <machine/ucontext.h>

typedef struct __ucontext {
	sigset_t		uc_sigmask;	// blocked signals
	mcontext_t		uc_mcontext;	// registers
	struct __ucontext	*uc_link;	// context to go on with when this one returns
	stack_t			uc_stack;	// stack it runs on
	int			uc_flags;
	int			__spare__[4];
} ucontext_t;

ABI_SIZE(ucontext_t, 704);
ABI_OFFSET(ucontext_t, uc_mcontext, 16);
ABI_OFFSET(ucontext_t, uc_link, 656);
ABI_OFFSET(ucontext_t, uc_stack, 660);
ABI_OFFSET(ucontext_t, uc_flags, 672);
