// SPDX-License-Identifier: BSD-2-Clause
// kill: default actions on programs that compute, sleep, wait, or are stopped; faults as signals.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>

static int ready[2], hold[2];

static void
report_ready(void)
{
	if (write(ready[1], "r", 1) != 1)
		_exit(99);
}

static int
compute(void *arg)
{
	(void)arg;
	report_ready();
	for (volatile unsigned int i = 1; i != 0; i |= 1)
		continue;
	return 94;
}

static int
sleep_long(void *arg)
{
	(void)arg;
	report_ready();
	milliseconds(1000 * 1000);
	return 98;
}

static int
read_forever(void *arg)
{
	char byte;

	(void)arg;
	report_ready();
	return read(hold[0], &byte, 1) == 1 ? byte : 97;
}

static int
wait_for_child(void *arg)
{
	int status;
	pid_t grandchild = fork();

	(void)arg;
	if (grandchild == 0) {
		close(hold[1]);
		_exit(read_forever(NULL));
	}
	wait4(grandchild, &status, 0, NULL);
	return 96;
}

static int
start_ready(int (*body)(void *))
{
	char byte;
	int pid = child_start(body, NULL);

	if (read(ready[0], &byte, 1) != 1)
		bail_out("a child did not start");
	return pid;
}

static void
each_kind(int (*body)(void *), const char *doing)
{
	static const struct { int number; const char *name; } deadly[] = {
	    { SIGHUP, "HUP" }, { SIGINT, "INT" }, { SIGKILL, "KILL" }, { SIGTERM, "TERM" },
	    { SIGUSR1, "USR1" }, { SIGALRM, "ALRM" } };

	for (unsigned int i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
		char what[80];
		int pid = start_ready(body);

		snprintf(what, sizeof what, "SIG%s ends a program that %s", deadly[i].name, doing);
		if (kill(pid, deadly[i].number) != 0)
			diag("kill failed, errno %d", errno);
		child_died(child_wait(pid), deadly[i].number, what);
	}
}

static void
ignored(void)
{
	static const int harmless[] = { SIGURG, SIGCONT, SIGCHLD, SIGIO, SIGWINCH, SIGINFO };
	int pid = start_ready(read_forever), sent = 0;
	char value = 33;

	for (unsigned int i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		sent += kill(pid, harmless[i]) == 0;
	is(sent, 6, "six harmless signals to a reader");
	ok(write(hold[1], &value, 1) == 1, "then its byte");
	child_is(child_wait(pid), 33, "it reads on as if nothing had been");
}

static void
stopped(void)
{
	int pid = start_ready(read_forever), status = 0;
	char value = 44;

	if (kill(pid, SIGSTOP) == -1 && errno == EOPNOTSUPP) {
		skip("not in this kernel", "stopping");
		kill(pid, SIGKILL);
		child_wait(pid);
		return;
	}
	ok(true, "SIGSTOP to a reader");
	is(wait4(pid, &status, WUNTRACED, NULL), pid, "WUNTRACED tells");
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "that it has stopped");
	ok(write(hold[1], &value, 1) == 1, "its byte is there");
	milliseconds(50);
	is(wait4(pid, &status, WNOHANG, NULL), 0, "but it does not move");
	is(kill(pid, SIGCONT), 0, "SIGCONT");
	child_is(child_wait(pid), 44, "it goes on, and its call with it");

	pid = start_ready(compute);
	is(kill(pid, SIGSTOP), 0, "SIGSTOP to a loop");
	ok(wait4(pid, &status, WUNTRACED, NULL) == pid && WIFSTOPPED(status), "it stops");
	is(kill(pid, SIGKILL), 0, "SIGKILL to a stopped program");
	child_died(child_wait(pid), SIGKILL, "ends it");
}

static int
divide(void *arg)
{
	int dividend = 1, zero = 0;

	(void)arg;
	__asm__ volatile("cltd\n\tidivl %1" : "+a"(dividend) : "r"(zero) : "edx");
	return dividend;
}

static int
load_null(void *arg)
{
	return **(volatile int *volatile *)arg;
}

static int
undefined_opcode(void *arg)
{
	(void)arg;
	__asm__ volatile("ud2");
	return 0;
}

static int
privileged(void *arg)
{
	(void)arg;
	__asm__ volatile("cli");
	return 0;
}

static int
breakpoint(void *arg)
{
	(void)arg;
	__asm__ volatile("int3");
	return 0;
}

static int
no_stack(void *arg)
{
	(void)arg;
	__asm__ volatile("xorl %%esp, %%esp\n\tpushl %%eax" : : : "memory");
	return 0;
}

static int
port(void *arg)
{
	unsigned char value;

	(void)arg;
	__asm__ volatile("inb $0x64, %0" : "=a"(value));
	return value;
}

static int
kernel_gate(void *arg)
{
	(void)arg;
	__asm__ volatile("int $14");
	return 0;
}

static void
faults(void)
{
	void *null = NULL;

	child_died(child_run(divide, NULL), SIGFPE, "a division by zero is SIGFPE");
	child_died(child_run(load_null, &null), SIGSEGV, "a load from NULL is SIGSEGV");
	child_died(child_run(undefined_opcode, NULL), SIGILL, "an undefined opcode is SIGILL");
	child_died(child_run(breakpoint, NULL), SIGTRAP, "int3 is SIGTRAP");
	child_died(child_run(no_stack, NULL), SIGSEGV, "a push onto nothing is SIGSEGV");
	int status = child_run(privileged, NULL);
	ok(status != -1 && WIFSIGNALED(status), "cli ends the program: %s", child_says(status));
	status = child_run(port, NULL);
	ok(status != -1 && WIFSIGNALED(status), "inb ends it: %s", child_says(status));
	status = child_run(kernel_gate, NULL);
	ok(status != -1 && WIFSIGNALED(status), "int $14 ends it: %s", child_says(status));
}

static int
kill_self(void *arg)
{
	(void)arg;
	RAW(SYS_kill, W(getpid()), SIGTERM);
	return 95;
}

static void
errors(void)
{
	int pid = child_start(kill_self, NULL);

	child_died(child_wait(pid), SIGTERM, "a signal to oneself comes before kill returns");
	ok(kill(pid, SIGTERM) == -1 && errno == ESRCH, "kill of who is gone: ESRCH");
	is(kill(getpid(), 0), 0, "signal 0 only asks");
	ok(kill(getpid(), 129) == -1 && errno == EINVAL, "signal 129: EINVAL");
	ok(kill(getpid(), -1) == -1 && errno == EINVAL, "signal -1: EINVAL");
	ok(kill(99999, SIGTERM) == -1 && errno == ESRCH, "kill of an unknown pid: ESRCH");
}

int
main(void)
{
	static struct zones before;

	if (pipe(ready) != 0 || pipe(hold) != 0)
		bail_out("no pipe");
	zones_warm();
	zones_read(&before);
	each_kind(compute, "computes");
	each_kind(sleep_long, "sleeps");
	each_kind(read_forever, "waits for a pipe");
	ignored();
	stopped();
	faults();
	errors();
	int pid = child_start(wait_for_child, NULL);
	char byte;
	if (read(ready[0], &byte, 1) == 1 && kill(pid, SIGKILL) == 0)
		child_died(child_wait(pid), SIGKILL, "SIGKILL ends one that waits for its child");
	byte = 1;
	ok(write(hold[1], &byte, 1) == 1, "the orphan may go");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
