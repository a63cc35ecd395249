// SPDX-License-Identifier: BSD-2-Clause
// The frame the kernel pushes on the user stack to run a signal handler.
// Layout of FreeBSD 5.x on the i386.
#pragma once

#include <sys/ucontext.h>

// esp points at sf_signum when the trampoline starts; it calls sf_ahu with the first four words
// as arguments, then sigreturn(&sf_uc). The frame is 16-aligned.
struct sigframe {
	int		sf_signum;	// handler's first argument
	unsigned int	sf_siginfo;	// second: siginfo_t * with SA_SIGINFO, else the code
	unsigned int	sf_ucontext;	// third: ucontext_t *
	unsigned int	sf_addr;	// fourth: faulting address, without SA_SIGINFO
	unsigned int	sf_ahu;		// address of the handler
	unsigned int	sf_spare[3];	// 0
	ucontext_t	sf_uc;		// context the handler interrupted
	siginfo_t	sf_si;
};
ABI_SIZE(struct sigframe, 800);
ABI_OFFSET(struct sigframe, sf_ahu, 16);
ABI_OFFSET(struct sigframe, sf_uc, 32);
ABI_OFFSET(struct sigframe, sf_si, 736);
