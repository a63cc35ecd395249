// SPDX-License-Identifier: BSD-2-Clause
// The binary interface: offsets of what kernel and programs share, and the system call convention
// word by word.
// Written for Kestrel; numbers of FreeBSD in October 2002 on the i386.
#include "lib/child.h"
#include "lib/raw.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <sys/kse.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#define AT(type, field, offset)	_Static_assert(offsetof(type, field) == (offset), #field)
#define SIZE(type, size)	_Static_assert(sizeof(type) == (size), #type)

SIZE(struct kse_mailbox, 48);
AT(struct kse_mailbox, km_curthread, 0);
AT(struct kse_mailbox, km_completed, 4);
AT(struct kse_mailbox, km_sigscaught, 8);
AT(struct kse_mailbox, km_flags, 24);
AT(struct kse_mailbox, km_func, 28);
AT(struct kse_mailbox, km_stack.ss_sp, 32);
AT(struct kse_mailbox, km_stack.ss_size, 36);
AT(struct kse_mailbox, km_stack.ss_flags, 40);
AT(struct kse_mailbox, km_udata, 44);
SIZE(struct kse_thr_mailbox, 720);
_Static_assert(_Alignof(struct kse_thr_mailbox) == 16, "thread mailbox alignment");
AT(struct kse_thr_mailbox, tm_context, 0);
AT(struct kse_thr_mailbox, tm_flags, 704);
AT(struct kse_thr_mailbox, tm_next, 708);
AT(struct kse_thr_mailbox, tm_udata, 712);
SIZE(ucontext_t, 704);
AT(ucontext_t, uc_sigmask, 0);
AT(ucontext_t, uc_mcontext, 16);
AT(ucontext_t, uc_link, 656);
AT(ucontext_t, uc_stack, 660);
AT(ucontext_t, uc_flags, 672);
SIZE(mcontext_t, 640);
AT(mcontext_t, mc_onstack, 0);
AT(mcontext_t, mc_gs, 4);
AT(mcontext_t, mc_fs, 8);
AT(mcontext_t, mc_es, 12);
AT(mcontext_t, mc_ds, 16);
AT(mcontext_t, mc_edi, 20);
AT(mcontext_t, mc_esi, 24);
AT(mcontext_t, mc_ebp, 28);
AT(mcontext_t, mc_isp, 32);
AT(mcontext_t, mc_ebx, 36);
AT(mcontext_t, mc_edx, 40);
AT(mcontext_t, mc_ecx, 44);
AT(mcontext_t, mc_eax, 48);
AT(mcontext_t, mc_trapno, 52);
AT(mcontext_t, mc_err, 56);
AT(mcontext_t, mc_eip, 60);
AT(mcontext_t, mc_cs, 64);
AT(mcontext_t, mc_eflags, 68);
AT(mcontext_t, mc_esp, 72);
AT(mcontext_t, mc_ss, 76);
AT(mcontext_t, mc_len, 80);
AT(mcontext_t, mc_fpformat, 84);
AT(mcontext_t, mc_ownedfp, 88);
AT(mcontext_t, mc_fpstate, 96);
AT(mcontext_t, mc_spare2, 608);
_Static_assert(_MC_FPFMT_NODEV == 0x10000 && _MC_FPFMT_387 == 0x10001 &&
    _MC_FPFMT_XMM == 0x10002, "FPU formats");
_Static_assert(_MC_FPOWNED_NONE == 0x20000 && _MC_FPOWNED_FPU == 0x20001 &&
    _MC_FPOWNED_PCB == 0x20002, "FPU owners");
SIZE(stack_t, 12);
AT(stack_t, ss_size, 4);
AT(stack_t, ss_flags, 8);
SIZE(sigset_t, 16);
SIZE(struct sigaction, 24);
AT(struct sigaction, sa_flags, 4);
AT(struct sigaction, sa_mask, 8);
SIZE(siginfo_t, 64);
SIZE(struct timespec, 8);
SIZE(struct timeval, 8);
SIZE(struct stat, 96);
AT(struct stat, st_mode, 8);
AT(struct stat, st_size, 48);
_Static_assert(SA_ONSTACK == 1 && SA_RESTART == 2 && SA_RESETHAND == 4 && SA_NOCLDSTOP == 8 &&
    SA_NODEFER == 0x10 && SA_NOCLDWAIT == 0x20 && SA_SIGINFO == 0x40, "sa_flags");
_Static_assert(SIG_BLOCK == 1 && SIG_UNBLOCK == 2 && SIG_SETMASK == 3, "sigprocmask");
_Static_assert(EDEADLK == 11 && EAGAIN == 35 && EPROCLIM == 67 && ENOSYS == 78 &&
    ENAMETOOLONG == 63 && ETIMEDOUT == 60 && EOVERFLOW == 84 && ECANCELED == 85, "errno");
_Static_assert(SYS_exit == 1 && SYS_fork == 2 && SYS_read == 3 && SYS_write == 4 &&
    SYS_open == 5 && SYS_close == 6 && SYS_wait4 == 7 && SYS_break == 17 && SYS_getpid == 20 &&
    SYS_kill == 37 && SYS_pipe == 42 && SYS_execve == 59 && SYS_mmap == 197 &&
    SYS_lseek == 199 && SYS___sysctl == 202 && SYS_nanosleep == 240 && SYS_kse_exit == 379 &&
    SYS_kse_wakeup == 380 && SYS_kse_create == 381 && SYS_kse_thr_interrupt == 382 &&
    SYS_kse_release == 383, "system call numbers");

static const uint32_t no_words[RAW_WORDS];

static void
results_and_registers(void)
{
	struct raw_result r;
	const uint32_t bad_fd[RAW_WORDS] = { 0xffffffff };

	raw_call(&r, SYS_getpid, no_words, 0x1235);
	ok((r.eflags & RAW_CARRY) == 0, "success clears a carry that was set");
	is((long)r.eax, getpid(), "getpid: eax is the process");
	is((long)r.edx, getppid(), "getpid: edx is the parent");
	ok(r.kept, "getpid keeps ebx, ecx, esi, edi, ebp");
	raw_call(&r, SYS_close, bad_fd, 0x1234);
	ok((r.eflags & RAW_CARRY) != 0, "failure sets a carry that was clear");
	is((long)r.eax, EBADF, "failure: eax is the error number");
	ok(r.kept, "a failed call keeps ebx, ecx, esi, edi, ebp");
	raw_call(&r, SYS_sched_yield, no_words, 0x77777776);
	is((long)r.edx, 0x77777776, "a call with one result leaves edx alone");
}

static int
unknown_numbers(void *arg)
{
	static const uint32_t numbers[] = { 384, 9999, 0x7fffffff, 0x80000000, 0xffffffff };
	struct raw_result r;

	(void)arg;
	for (unsigned int i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		raw_call(&r, numbers[i], no_words, 0);
		if ((r.eflags & RAW_CARRY) == 0 || r.eax != ENOSYS)
			return 1;
	}
	return 0;
}

static void
indirect_calls(void)
{
	int fds[2];

	is(RAW(0, SYS_getpid), getpid(), "number 0 calls getpid indirectly");
	is(RAW(198, SYS_getpid, 0), getpid(), "number 198 does so with a 64-bit number");
	is(RAW(0, SYS_close, 0xffffffff), -EBADF, "the arguments follow the number, 0");
	is(RAW(198, SYS_close, 0, 0xffffffff), -EBADF, "the arguments follow the number, 198");
	is(RAW(0, 9999), -ENOSYS, "number 0 with an unknown number: ENOSYS");
	if (is(raw_pipe(fds), 0, "pipe gives its descriptors in eax and edx")) {
		ok(fds[0] != fds[1] && fds[0] > 2 && fds[1] > 2, "they are two new descriptors");
		is(RAW(0, SYS_write, (uint32_t)fds[1], W("xyz"), 3), 3,
		    "an indirect write of three bytes");
		char text[4] = "";
		is(RAW(198, SYS_read, 0, (uint32_t)fds[0], W(text), 3), 3, "an indirect read");
		ok(strcmp(text, "xyz") == 0, "which gets them");
		close(fds[0]);
		close(fds[1]);
	}
}

static void
fork_results(void)
{
	struct raw_result r;
	int status;

	raw_call(&r, SYS_fork, no_words, 0x5555);
	if (r.eax == 0)
		_exit(r.edx == 1 && (r.eflags & RAW_CARRY) == 0 && r.kept ? 0 : 1);
	ok((r.eflags & RAW_CARRY) == 0 && (int32_t)r.eax > 0, "fork: the parent gets a pid");
	is((long)r.edx, 0, "fork: the parent's edx is 0");
	status = child_wait((int)r.eax);
	child_is(status, 0, "fork: the child gets eax 0, edx 1, no carry, its registers");
}

// A call whose argument words begin at esp + 4: eax afterwards, and the carry.
static uint32_t
call_at(uint32_t number, uint32_t esp, uint32_t *carry)
{
	uint32_t eax = number;

	__asm__ volatile(
	    "movl %%esp, %%edi\n\tmovl %2, %%esp\n\tint $0x80\n\tmovl %%edi, %%esp\n\t"
	    "sbbl %1, %1" : "+a"(eax), "=&r"(*carry) : "r"(esp) : "edi", "edx", "memory");
	return eax;
}

static int gate_pipe[2];

static void
feed(int signal)
{
	(void)signal;
	write(gate_pipe[1], "x", 1);
}

static void
the_older_gate(void)
{
	struct sigaction restart = { .sa_handler = feed, .sa_flags = SA_RESTART }, before;
	struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct raw_result r;
	char byte = 0;

	raw_call(&r, SYS_getpid, no_words, RAW_OLDER_GATE);
	ok(r.eax == (uint32_t)getpid() && (r.eflags & RAW_CARRY) == 0 && r.kept,
	    "lcall: getpid answers without carry, all else is kept");
	raw_call(&r, SYS_close, (uint32_t[RAW_WORDS]){ ~0u }, RAW_OLDER_GATE);
	ok(r.eax == EBADF && (r.eflags & RAW_CARRY) != 0 && r.kept, "lcall: an error with carry");
	if (pipe(gate_pipe) != 0 || sigaction(SIGALRM, &restart, &before) != 0)
		bail_out("no pipe or no handler");
	setitimer(ITIMER_REAL, &soon, NULL);
	raw_call(&r, SYS_read, (uint32_t[RAW_WORDS]){ W(gate_pipe[0]), W(&byte), 1 },
	    RAW_OLDER_GATE);
	ok(r.eax == 1 && r.kept && byte == 'x', "lcall: a read goes on after its handler");
	sigaction(SIGALRM, &before, NULL);
	close(gate_pipe[0]);
	close(gate_pipe[1]);
}

static void
arguments_that_are_not_there(void)
{
	char *page = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	uint32_t carry, eax;

	if (page == MAP_FAILED || munmap(page + 4096, 4096) != 0)
		bail_out("no memory");
	memset(page, 0xff, 4096);
	eax = call_at(SYS_close, W(page) + 4096 - 4, &carry);
	ok(carry != 0 && eax == EFAULT, "arguments in an unmapped page: EFAULT");
	eax = call_at(SYS_close, W(page) + 4096 - 6, &carry);
	ok(carry != 0 && eax == EFAULT, "arguments half in an unmapped page: EFAULT");
	eax = call_at(SYS_close, 0xc0100000, &carry);
	ok(carry != 0 && eax == EFAULT, "arguments in the kernel: EFAULT");
	eax = call_at(SYS_close, W(page) + 4096 - 8, &carry);
	ok(carry != 0 && eax == EBADF, "arguments that end with the page are read");
	eax = call_at(SYS_getpid, 0, &carry);
	ok(carry == 0 && eax == (uint32_t)getpid(), "a call without arguments needs no stack");
}

int
main(void)
{
	ok(true, "sizes and offsets were checked by the compiler");
	results_and_registers();
	child_is(child_run(unknown_numbers, NULL), 0, "unknown numbers: ENOSYS, and nobody dies");
	indirect_calls();
	fork_results();
	the_older_gate();
	arguments_that_are_not_there();
	return done_testing();
}
