// SPDX-License-Identifier: BSD-2-Clause
// Signal numbers, sets, actions and information.
// Numbers and layouts of FreeBSD 5.x on the i386.
#pragma once

#include <sys/types.h>

#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGEMT		7
#define SIGFPE		8
#define SIGKILL		9	// cannot be caught or ignored
#define SIGBUS		10
#define SIGSEGV		11
#define SIGSYS		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGURG		16
#define SIGSTOP		17	// cannot be caught or ignored
#define SIGTSTP		18
#define SIGCONT		19
#define SIGCHLD		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGIO		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGINFO		29
#define SIGUSR1		30
#define SIGUSR2		31
#define NSIG		32	// named signals, counting number 0

// A signal set: signal n is bit (n - 1) % 32 of word (n - 1) / 32.
#define _SIG_WORDS	4
#define _SIG_MAXSIG	128

typedef struct __sigset {
	uint32_t __bits[_SIG_WORDS];
} sigset_t;
ABI_SIZE(sigset_t, 16);

typedef void __sighandler_t(int);

#define SIG_DFL		((__sighandler_t *)0)
#define SIG_IGN		((__sighandler_t *)1)
#define SIG_ERR		((__sighandler_t *)-1)

union sigval {
	int	sigval_int;
	void	*sigval_ptr;
};
ABI_SIZE(union sigval, 4);

typedef struct __siginfo {
	int		si_signo;	// signal number
	int		si_errno;	// errno that belongs to it, or 0
	int		si_code;	// cause: SI_*, or the signal's own codes
	pid_t		si_pid;		// sending process
	uid_t		si_uid;		// its real user
	int		si_status;	// exit value or signal, for SIGCHLD
	void		*si_addr;	// faulting address
	union sigval	si_value;
	long		si_band;
	int		__spare__[7];
} siginfo_t;
ABI_SIZE(siginfo_t, 64);
ABI_OFFSET(siginfo_t, si_addr, 24);
ABI_OFFSET(siginfo_t, si_value, 28);

// si_code of signals sent on purpose.
#define SI_USER		0x10001
#define SI_QUEUE	0x10002
#define SI_TIMER	0x10003
#define SI_ASYNCIO	0x10004
#define SI_MESGQ	0x10005
#define SI_UNDEFINED	0
// si_code of SIGCHLD.
#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_STOPPED	5
#define CLD_CONTINUED	6
// si_code of SIGFPE.
#define FPE_INTOVF	1
#define FPE_INTDIV	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define FPE_FLTSUB	8
// si_code of SIGSEGV.
#define SEGV_MAPERR	1	// nothing mapped there
#define SEGV_ACCERR	2	// mapped, but not for this access

struct sigaction {
	union {
		void	(*sa_handler)(int);	// or SIG_DFL, SIG_IGN
		void	(*sa_sigaction)(int, siginfo_t *, void *);	// with SA_SIGINFO
	};
	int		sa_flags;	// SA_*
	sigset_t	sa_mask;	// blocked while the handler runs
};
ABI_SIZE(struct sigaction, 24);
ABI_OFFSET(struct sigaction, sa_flags, 4);
ABI_OFFSET(struct sigaction, sa_mask, 8);

#define SA_ONSTACK	0x0001	// run on the alternate stack
#define SA_RESTART	0x0002	// restart interrupted system calls
#define SA_RESETHAND	0x0004	// back to the default on delivery
#define SA_NOCLDSTOP	0x0008	// no SIGCHLD for stopped children
#define SA_NODEFER	0x0010	// do not block the signal in its own handler
#define SA_NOCLDWAIT	0x0020	// children leave no zombies
#define SA_SIGINFO	0x0040	// handler takes siginfo_t * and ucontext_t *

// First argument of sigprocmask.
#define SIG_BLOCK	1
#define SIG_UNBLOCK	2
#define SIG_SETMASK	3

typedef struct sigaltstack {
	char	*ss_sp;		// lowest address
	size_t	ss_size;	// bytes
	int	ss_flags;	// SS_*
} stack_t;
ABI_SIZE(stack_t, 12);
ABI_OFFSET(stack_t, ss_size, 4);
ABI_OFFSET(stack_t, ss_flags, 8);

#define SS_ONSTACK	0x0001	// in use at this moment
#define SS_DISABLE	0x0004	// no alternate stack
#define MINSIGSTKSZ	2048
#define SIGSTKSZ	(MINSIGSTKSZ + 32768)
