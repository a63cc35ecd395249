// SPDX-License-Identifier: BSD-2-Clause
// sigaction, masks and frames: what a handler finds, and what is as before when it has returned.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "tap.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <sys/wait.h>

static volatile int caught, order[8], depth, deepest;
static siginfo_t info;
static ucontext_t context;
static volatile uintptr_t handler_sp;

static void
count(int sig)
{
	order[caught % 8] = sig;
	caught++;
}

static void
look(int sig, siginfo_t *si, void *uc)
{
	char here;

	count(sig);
	info = *si;
	context = *(ucontext_t *)uc;
	handler_sp = (uintptr_t)&here;
}

static void
install(int sig, void (*handler)(int), int flags)
{
	struct sigaction act = { .sa_flags = flags };

	act.sa_handler = handler;
	if (sigaction(sig, &act, NULL) != 0)
		bail_out("sigaction %d: errno %d", sig, errno);
}

static void
install_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction act = { .sa_flags = flags | SA_SIGINFO };

	act.sa_sigaction = handler;
	if (sigaction(sig, &act, NULL) != 0)
		bail_out("sigaction %d: errno %d", sig, errno);
}

static void
mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

static void
simple(void)
{
	caught = 0;
	install(SIGUSR1, count, 0);
	is(kill(getpid(), SIGUSR1), 0, "a signal to oneself");
	is(caught, 1, "its handler has run before kill returned");
	install_info(SIGUSR2, look, 0);
	kill(getpid(), SIGUSR2);
	is(info.si_signo, SIGUSR2, "si_signo");
	is(info.si_code, SI_USER, "si_code");
	is(info.si_pid, getpid(), "si_pid");
	is((long)info.si_uid, (long)getuid(), "si_uid");
	is(context.uc_mcontext.mc_len, 640, "the context has its length");
	ok(handler_sp < (uint32_t)context.uc_mcontext.mc_esp &&
	    handler_sp > (uint32_t)context.uc_mcontext.mc_esp - 2000, "on the same stack");
	install(SIGUSR1, SIG_IGN, 0);
	kill(getpid(), SIGUSR1);
	is(caught, 2, "an ignored one does nothing");
	install(SIGUSR1, count, SA_RESETHAND);
	kill(getpid(), SIGUSR1);
	struct sigaction old;
	sigaction(SIGUSR1, NULL, &old);
	ok(old.sa_handler == SIG_DFL && caught == 3, "SA_RESETHAND: once only");
}

static void
masked(void)
{
	sigset_t pending;

	caught = 0;
	install(SIGUSR1, count, 0);
	install(SIGHUP, count, 0);
	mask(SIG_BLOCK, SIGUSR1);
	mask(SIG_BLOCK, SIGHUP);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGHUP);
	is(caught, 0, "masked signals wait");
	sigpending(&pending);
	ok(sigismember(&pending, SIGUSR1) == 1 && sigismember(&pending, SIGHUP) == 1 &&
	    sigismember(&pending, SIGUSR2) == 0, "sigpending shows them");
	mask(SIG_UNBLOCK, SIGUSR1);
	is(caught, 1, "two of a kind are one");
	mask(SIG_UNBLOCK, SIGHUP);
	is(caught, 2, "and the other comes when let");
	mask(SIG_BLOCK, SIGKILL);
	mask(SIG_BLOCK, SIGSTOP);
	sigset_t now;
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(sigismember(&now, SIGKILL) == 0 && sigismember(&now, SIGSTOP) == 0,
	    "KILL and STOP cannot be masked");
}

static void
nested(int sig)
{
	depth++;
	if (depth > deepest)
		deepest = depth;
	count(sig);
	if (caught < 3)
		kill(getpid(), sig);
	depth--;
}

static void
other(int sig)
{
	sigset_t inside;

	sigprocmask(SIG_BLOCK, NULL, &inside);
	if (sigismember(&inside, sig) != 1 || sigismember(&inside, SIGUSR1) != 1)
		order[7] = -1;
	kill(getpid(), SIGUSR1);
	order[6] = caught;
}

static void
nesting(void)
{
	struct sigaction act = { .sa_flags = 0 };

	caught = depth = deepest = 0;
	install(SIGUSR1, nested, 0);
	kill(getpid(), SIGUSR1);
	ok(caught == 3 && deepest == 1, "a handler is not entered again while it runs");
	caught = deepest = 0;
	install(SIGUSR1, nested, SA_NODEFER);
	kill(getpid(), SIGUSR1);
	ok(caught == 3 && deepest == 3, "but with SA_NODEFER it is: depth %d", deepest);
	install(SIGUSR1, count, 0);
	caught = 0;
	order[7] = 0;
	act.sa_handler = other;
	sigaddset(&act.sa_mask, SIGUSR1);
	sigaction(SIGUSR2, &act, NULL);
	kill(getpid(), SIGUSR2);
	ok(order[7] == 0 && order[6] == 0 && caught == 1, "sa_mask holds while the handler runs");
	sigset_t now;
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(sigismember(&now, SIGUSR1) == 0 && sigismember(&now, SIGUSR2) == 0,
	    "and the mask is back");
}

static void
change_mask(int sig, siginfo_t *si, void *uc)
{
	(void)si;
	sigaddset(&((ucontext_t *)uc)->uc_sigmask, SIGHUP);
	count(sig);
}

static void
edit(int sig, siginfo_t *si, void *uc)
{
	(void)si;
	(void)sig;
	// Behind "ud2".
	((ucontext_t *)uc)->uc_mcontext.mc_eip += 2;
	((ucontext_t *)uc)->uc_mcontext.mc_eax = 4711;
}

static void
contexts(void)
{
	int value = 1;
	double sum = 1.5;
	sigset_t now;

	install_info(SIGILL, edit, 0);
	__asm__ volatile("ud2" : "+a"(value));
	is(value, 4711, "what the handler writes into its context counts");
	install_info(SIGUSR1, change_mask, 0);
	kill(getpid(), SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	ok(sigismember(&now, SIGHUP) == 1, "its mask, too");
	mask(SIG_UNBLOCK, SIGHUP);
	// The FPU of a handler is its own.
	__asm__ volatile("fldl %0\n\tmovl %1, %%eax\n\tpushl %2\n\tpushl %3\n\tpushl $0\n\t"
	    "int $0x80\n\taddl $12, %%esp\n\tfstpl %0" : "+m"(sum)
	    : "i"(SYS_kill), "i"(SIGUSR1), "r"(getpid()) : "eax", "edx", "memory");
	ok(sum == 1.5, "FPU registers survive a handler");
}

static sigjmp_buf env;

static void
jump(int sig)
{
	siglongjmp(env, sig);
}

static void
jumps(void)
{
	sigset_t now;
	int *null = NULL;

	install(SIGSEGV, jump, 0);
	for (volatile int i = 0; i < 3; i++) {
		int came = sigsetjmp(env, 1);

		if (came == 0)
			**(volatile int *volatile *)&null = 1;
		is(came, SIGSEGV, "siglongjmp out of a handler, %d", i);
	}
	sigprocmask(SIG_BLOCK, NULL, &now);
	is(sigismember(&now, SIGSEGV), 0, "the mask is as it was at sigsetjmp");
	install(SIGSEGV, SIG_DFL, 0);
}

static void
on_altstack(void)
{
	static char memory[SIGSTKSZ] __attribute__((__aligned__(16)));
	stack_t ss = { memory, sizeof memory, 0 }, old, small = { memory, 100, 0 };

	ok(sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE, "no alternate stack yet");
	ok(sigaltstack(&small, NULL) == -1 && errno == ENOMEM, "too small a one: ENOMEM");
	ss.ss_flags = 64;
	ok(sigaltstack(&ss, NULL) == -1 && errno == EINVAL, "unknown flags: EINVAL");
	ss.ss_flags = 0;
	is(sigaltstack(&ss, NULL), 0, "an alternate stack");
	install_info(SIGUSR1, look, SA_ONSTACK);
	kill(getpid(), SIGUSR1);
	ok(handler_sp >= (uintptr_t)memory && handler_sp < (uintptr_t)memory + sizeof memory,
	    "SA_ONSTACK: the handler runs on it");
	ok(context.uc_stack.ss_sp == memory && (context.uc_stack.ss_flags & SS_ONSTACK) == 0,
	    "from the other stack");
	install_info(SIGUSR1, look, 0);
	kill(getpid(), SIGUSR1);
	ok(handler_sp < (uintptr_t)memory || handler_sp >= (uintptr_t)memory + sizeof memory,
	    "without the flag it does not");
	ss.ss_flags = SS_DISABLE;
	is(sigaltstack(&ss, &old), 0, "the alternate stack is given up");
	ok(old.ss_sp == memory && old.ss_size == sizeof memory && old.ss_flags == 0, "it was this");
}

static int
overflow(void *arg)
{
	static char memory[SIGSTKSZ];
	stack_t ss = { memory, sizeof memory, 0 };

	(void)arg;
	sigaltstack(&ss, NULL);
	install(SIGSEGV, jump, SA_ONSTACK);
	if (sigsetjmp(env, 1) == SIGSEGV)
		return 77;
	__asm__ volatile("movl $0x1000, %%esp\n\tpushl %%eax" : : : "memory");
	return 1;
}

static void
errors(void)
{
	struct sigaction act = { .sa_flags = 0 };

	act.sa_handler = count;
	is(RAW(SYS_sigaction, 0, W(&act), 0), -EINVAL, "signal 0: EINVAL");
	is(RAW(SYS_sigaction, 32, W(&act), 0), -EINVAL, "signal 32: EINVAL");
	is(RAW(SYS_sigaction, SIGKILL, W(&act), 0), -EINVAL, "SIGKILL cannot be caught");
	is(RAW(SYS_sigaction, SIGSTOP, W(&act), 0), -EINVAL, "nor SIGSTOP");
	is(RAW(SYS_sigaction, SIGKILL, 0, W(&act)), 0, "but asked about");
	is(RAW(SYS_sigaction, SIGUSR1, 0xc0000000, 0), -EFAULT, "an action in the kernel: EFAULT");
	is(RAW(SYS_sigprocmask, 4, W(&act), 0), -EINVAL, "how 4: EINVAL");
	is(RAW(SYS_sigprocmask, 1, 8, 0), -EFAULT, "a set at 8: EFAULT");
	is(RAW(SYS_sigpending, 8), -EFAULT, "sigpending at 8: EFAULT");
	is(RAW(SYS_sigsuspend, 8), -EFAULT, "sigsuspend at 8: EFAULT");
	is(RAW(SYS_sigaltstack, 8, 0), -EFAULT, "sigaltstack at 8: EFAULT");
}

int
main(void)
{
	simple();
	masked();
	nesting();
	contexts();
	jumps();
	on_altstack();
	child_is(child_run(overflow, NULL), 77, "a stack overflow is caught on another stack");
	errors();
	return done_testing();
}
