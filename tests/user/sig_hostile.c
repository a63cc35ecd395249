// SPDX-License-Identifier: BSD-2-Clause
// Signal frames where none can be, and contexts that ask for what user mode may not have.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "tap.h"

#include <machine/sigframe.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <sys/wait.h>

static void
nothing(int sig)
{
	(void)sig;
}

static void
catch(int sig, int flags)
{
	struct sigaction act = { .sa_flags = flags };

	act.sa_handler = nothing;
	sigaction(sig, &act, NULL);
}

// with_stack: a signal while esp has this value.
static int
with_stack(void *arg)
{
	uint32_t sp = *(uint32_t *)arg;

	catch(SIGALRM, 0);
	ualarm(20000, 0);
	__asm__ volatile("movl %0, %%esp\n1:\tjmp 1b" : : "r"(sp) : "memory");
	return 1;
}

static int
bad_altstack(void *arg)
{
	stack_t ss = { (char *)(uintptr_t)*(uint32_t *)arg, SIGSTKSZ, 0 };

	catch(SIGUSR1, SA_ONSTACK);
	if (sigaltstack(&ss, NULL) != 0)
		return 2;
	kill(getpid(), SIGUSR1);
	return 1;
}

static int
bad_handler(void *arg)
{
	struct sigaction act = { .sa_flags = 0 };

	act.sa_handler = (void (*)(int))(uintptr_t)*(uint32_t *)arg;
	sigaction(SIGUSR1, &act, NULL);
	kill(getpid(), SIGUSR1);
	return 1;
}

static int
no_trampoline(void *arg)
{
	(void)arg;
	catch(SIGUSR1, 0);
	munmap((void *)0xbfbff000, 4096);
	kill(getpid(), SIGUSR1);
	return 1;
}

static void
stacks(void)
{
	static uint32_t places[] = { 0, 4, 100, 0x1000, 0x08048100, 0xbfc00000, 0xc0000000,
	    0xc0100000, 0xfffffff0 };

	for (unsigned int i = 0; i < sizeof places / sizeof places[0]; i++) {
		char what[80];

		snprintf(what, sizeof what, "a frame below %#x ends the program", places[i]);
		child_died(child_run(with_stack, &places[i]), SIGILL, what);
	}
	for (unsigned int i = 0; i < sizeof places / sizeof places[0]; i++) {
		int status = child_run(bad_altstack, &places[i]);

		ok(status != -1 && WIFSIGNALED(status), "an alternate stack at %#x: %s", places[i],
		    child_says(status));
		status = child_run(bad_handler, &places[i]);
		ok(status != -1 && (WIFSIGNALED(status) || places[i] == 0), "a handler at %#x: %s",
		    places[i], child_says(status));
	}
	child_died(child_run(no_trampoline, NULL), SIGSEGV, "without the trampoline it ends");
}

// A context that would be fine, to be spoilt.
static ucontext_t good;

static void
take(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)si;
	good = *(ucontext_t *)uc;
}

static int32_t
with(size_t offset, uint32_t value)
{
	static ucontext_t bad;

	bad = good;
	memcpy((char *)&bad.uc_mcontext + offset, &value, sizeof value);
	return RAW(SYS_sigreturn, W(&bad));
}

#define MC(field) offsetof(mcontext_t, mc_##field)

static void
contexts(void)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };
	uint32_t flags;

	act.sa_sigaction = take;
	sigaction(SIGUSR1, &act, NULL);
	kill(getpid(), SIGUSR1);
	flags = (uint32_t)good.uc_mcontext.mc_eflags;
	is(RAW(SYS_sigreturn, 0), -EFAULT, "sigreturn(NULL): EFAULT");
	is(RAW(SYS_sigreturn, 0xbfbffff0), -EFAULT, "a context that ends outside: EFAULT");
	is(RAW(SYS_sigreturn, 0xc0100000), -EFAULT, "the kernel's memory: EFAULT");
	is(with(MC(eflags), flags | 0x3000), -EINVAL, "I/O privilege: EINVAL");
	is(with(MC(eflags), flags & ~0x200u), -EINVAL, "interrupts off: EINVAL");
	is(with(MC(eflags), flags | 0x20000), -EINVAL, "virtual 8086 mode: EINVAL");
	is(with(MC(eflags), flags | 0x80000), -EINVAL, "virtual interrupts: EINVAL");
	is(with(MC(cs), 0x08), -EINVAL, "the kernel's code segment: EINVAL");
	is(with(MC(cs), 0x0b), -EINVAL, "the same with user privilege: EINVAL");
	is(with(MC(ss), 0x10), -EINVAL, "the kernel's stack segment: EINVAL");
	is(with(MC(ds), 0x10), -EINVAL, "the kernel's data segment: EINVAL");
	is(with(MC(es), 0x18), -EINVAL, "its per-CPU segment: EINVAL");
	is(with(MC(fs), 0x18), -EINVAL, "the same in fs: EINVAL");
	is(with(MC(gs), 0xfff8), -EINVAL, "no segment at all: EINVAL");
	is(with(MC(len), 0), -EINVAL, "no length: EINVAL");
	is(with(MC(ownedfp), 99), -EINVAL, "an unknown FPU state: EINVAL");
}

// A handler that spoils its own frame: sigreturn fails, and the program ends.
static void
spoil(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)si;
	((ucontext_t *)uc)->uc_mcontext.mc_cs = 8;
}

static int
spoilt(void *arg)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	(void)arg;
	act.sa_sigaction = spoil;
	sigaction(SIGUSR1, &act, NULL);
	kill(getpid(), SIGUSR1);
	return 1;
}

static void
away(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)si;
	((ucontext_t *)uc)->uc_mcontext.mc_eip = (int)0xc0100000;
}

static int
into_the_kernel(void *arg)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	(void)arg;
	act.sa_sigaction = away;
	sigaction(SIGUSR1, &act, NULL);
	kill(getpid(), SIGUSR1);
	return 1;
}

// A frame on a stack of this pattern: what it does not say stays, and shows none of the kernel's
// stack, on which it was made.
#define PATTERN	0x5a

static char pattern_stack[SIGSTKSZ];
static int foreign;	// bytes of a frame that are neither said nor the pattern
static int without_fpu;

static void
look(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	struct sigframe *sf = (struct sigframe *)((char *)uc - offsetof(struct sigframe, sf_uc));
	const char *fpu = (const char *)uc->uc_mcontext.mc_fpstate;
	const char *rest = (const char *)(&uc->__spare__ + 1);

	(void)sig;
	without_fpu = uc->uc_mcontext.mc_ownedfp == _MC_FPOWNED_NONE;
	for (const char *at = fpu; at < (const char *)&uc->uc_link; at++)
		foreign += *at != PATTERN;
	for (const char *at = rest; at < (const char *)si; at++)
		foreign += *at != PATTERN;
	for (unsigned int i = 0; i < sizeof sf->sf_spare / sizeof sf->sf_spare[0]; i++)
		foreign += sf->sf_spare[i] != 0;
}

static void
frames(void)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t ss = { pattern_stack, sizeof pattern_stack, 0 };

	memset(pattern_stack, PATTERN, sizeof pattern_stack);
	act.sa_sigaction = look;
	sigaction(SIGUSR1, &act, NULL);
	sigaltstack(&ss, NULL);
	kill(getpid(), SIGUSR1);
	ok(without_fpu, "a program that used no FPU has no state of it in its frame");
	is(foreign, 0, "the frame shows nothing of the kernel's stack");
}

static int
masked_fault(void *arg)
{
	sigset_t all;

	catch(SIGSEGV, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return **(volatile int *volatile *)arg;
}

static int
ignored_fault(void *arg)
{
	signal(SIGSEGV, SIG_IGN);
	return **(volatile int *volatile *)arg;
}

int
main(void)
{
	void *null = NULL;

	stacks();
	contexts();
	frames();
	child_died(child_run(spoilt, NULL), SIGBUS, "a spoilt frame ends the program");
	child_died(child_run(into_the_kernel, NULL), SIGSEGV, "the kernel cannot be returned to");
	child_died(child_run(masked_fault, &null), SIGSEGV, "a masked fault ends the program");
	child_died(child_run(ignored_fault, &null), SIGSEGV, "so does an ignored one");
	return done_testing();
}
