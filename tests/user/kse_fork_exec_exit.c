// SPDX-License-Identifier: BSD-2-Clause
// fork, exec, exit and SIGKILL of a process whose threads compute, talk and are blocked in the
// kernel.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#define BLOCKED	12

static char *self_path;
static int never[2], now[2], ready[2];
static const struct timespec shortest = { 0, 1000000 };	// to the next tick

// Blocked for ever, or until a byte comes for it.
static void
reader(struct ru_thread *self)
{
	char byte;

	self->result = RAW(SYS_read, W(self->arg != 0 ? now[0] : never[0]), W(&byte), 1);
}

static void
sleeper(struct ru_thread *self)
{
	for (int i = 0; i < 10; i++)
		self->result += RAW(SYS_nanosleep, W(&shortest), 0) == 0;
}

static void
computer(struct ru_thread *self)
{
	(void)self;
	for (volatile unsigned int i = 1; i != 0; i |= 1)
		continue;
}

static bool
outside(void)
{
	return RAW0(SYS_kse_exit) == -EINVAL && RAW0(SYS_kse_release) == -EINVAL &&
	    RAW(SYS_kse_wakeup, 0) == -EINVAL;
}

// Thread 1 waits until the readers are in the kernel, then acts.
static void
wait_for_readers(struct ru_thread *self)
{
	for (int i = 2; i < 2 + BLOCKED; i++) {
		while (*(volatile enum ru_state *)&ru_threads()[i].state != RU_INKERNEL)
			ru_yield(self);
	}
}

// A process with an actor, blocked readers, some sleepers, and perhaps a computing KSE.
static int
threaded(void (*actor)(struct ru_thread *), long which_pipe, bool computing)
{
	if (!ru_init(BLOCKED + 8))
		return 100;
	ru_kse(0);
	ru_kse(0);
	if (computing)
		ru_kse(1);
	ru_thread(0, actor, 0);
	for (int i = 0; i < BLOCKED; i++)
		ru_thread(0, reader, which_pipe);
	for (int i = 0; i < 4; i++)
		ru_thread(0, sleeper, 0);
	if (computing)
		ru_thread(1, computer, 0);
	return ru_run() == 0 ? 0 : 101;
}

static void
let_readers_go(void)
{
	for (int i = 0; i < BLOCKED; i++)
		RAW(SYS_write, W(now[1]), W("x"), 1);
}

// ---- fork --------------------------------------------------------------------------------------

static long good_children;

static void
forker(struct ru_thread *self)
{
	wait_for_readers(self);
	for (int i = 0; i < 5; i++) {
		int status = 0;
		int32_t pid = RAW0(SYS_fork);

		if (pid == 0)
			_exit(outside() ? 7 : 8);
		if (RAW(SYS_wait4, W(pid), W(&status), 0, 0) == pid && status == 7 << 8)
			good_children++;
	}
	let_readers_go();
}

static int
fork_from_threads(void *arg)
{
	(void)arg;
	is(threaded(forker, 1, false), 0, "a threaded process forked");
	is(good_children, 5, "five children, each with one thread and no KSE mode");
	ru_balanced("the parent's threads went on");
	long answers = 0;
	for (int i = 2; i < 2 + BLOCKED; i++)
		answers += ru_threads()[i].result;
	is(answers, BLOCKED, "the blocked ones got their bytes");
	return failed() != 0;
}

// ---- exec --------------------------------------------------------------------------------------

static void
execer(struct ru_thread *self)
{
	char *argv[] = { self_path, "--second-life", NULL }, *none[] = { NULL };

	wait_for_readers(self);
	self->result = RAW(SYS_execve, W(self_path), W(argv), W(none));
}

static int
exec_from_threads(void *arg)
{
	(void)arg;
	threaded(execer, 0, true);
	return 102;
}

static void
failing_execer(struct ru_thread *self)
{
	char *argv[] = { self_path, NULL }, *none[] = { NULL };

	wait_for_readers(self);
	self->result = RAW(SYS_execve, W("/no/such/program"), W(argv), W(none)) == -ENOENT;
	self->result += RAW(SYS_execve, W("/tests"), W(argv), W(none)) == -EACCES;
	self->result += RAW(SYS_execve, W(self_path), W(1), W(none)) == -EFAULT;
	let_readers_go();
}

static int
failing_exec(void *arg)
{
	(void)arg;
	is(threaded(failing_execer, 1, false), 0, "a threaded process failed to exec");
	is(ru_threads()[1].result, 3, "three times, each with its error");
	ru_balanced("its threads went on");
	return failed() != 0;
}

// ---- exit --------------------------------------------------------------------------------------

static void
exiter(struct ru_thread *self)
{
	wait_for_readers(self);
	RAW(SYS_exit, 9);
}

static void
exiter_as_uts(struct ru_thread *self)
{
	wait_for_readers(self);
	ru_sync(self, true);
	RAW(SYS_exit, 10);
}

static int
exit_of_thread(void *arg)
{
	threaded(exiter, 0, *(bool *)arg);
	return 103;
}

static int
exit_of_uts(void *arg)
{
	threaded(exiter_as_uts, 0, *(bool *)arg);
	return 104;
}

// ---- SIGKILL -----------------------------------------------------------------------------------

static void
reporter(struct ru_thread *self)
{
	wait_for_readers(self);
	RAW(SYS_write, W(ready[1]), W("r"), 1);
}

static int
to_be_killed(void *arg)
{
	threaded(reporter, 0, *(bool *)arg);
	return 105;
}

static void
kill_it(bool computing, int signal, const char *what)
{
	char byte;
	int pid = child_start(to_be_killed, &computing);

	if (!ok(read(ready[0], &byte, 1) == 1, "its threads are in the kernel"))
		return;
	if (kill(pid, signal) != 0)
		diag("kill: errno %d", errno);
	child_died(child_wait(pid), signal, what);
}

// The signal finds some threads suspended where they sleep, and one that has not stopped yet, or
// all of them stopped: then only SIGKILL does not wait for SIGCONT.
static void
kill_while_stopping(int signal)
{
	bool computing = true;
	char byte;
	int pid = child_start(to_be_killed, &computing);

	if (!ok(read(ready[0], &byte, 1) == 1, "its threads are in the kernel"))
		return;
	kill(pid, SIGSTOP);
	kill(pid, signal);
	if (signal != SIGKILL)
		kill(pid, SIGCONT);
	child_died(child_wait(pid), signal, "a signal that ends it comes through a stop");
}

int
main(int argc, char **argv)
{
	static struct zones before;
	bool no = false, yes = true;

	self_path = argc > 0 ? argv[0] : "/tests/kse_fork_exec_exit";
	if (argc > 1 && strcmp(argv[1], "--second-life") == 0)
		return outside() ? 77 : 78;
	if (pipe(never) != 0 || pipe(now) != 0 || pipe(ready) != 0)
		bail_out("no pipe");
	zones_warm();
	zones_read(&before);
	child_is(child_run(fork_from_threads, NULL), 0, "fork: every fact held");
	child_is(child_run(exec_from_threads, NULL), 77,
	    "exec with blocked and computing threads: the new program is an ordinary one");
	child_is(child_run(failing_exec, NULL), 0, "an exec that fails changes nothing");
	child_is(child_run(exit_of_thread, &no), 9, "exit by a thread, others blocked");
	child_is(child_run(exit_of_thread, &yes), 9, "exit by a thread, one computes");
	child_is(child_run(exit_of_uts, &no), 10, "exit by the UTS, others blocked");
	child_is(child_run(exit_of_uts, &yes), 10, "exit by the UTS, one computes");
	kill_it(false, SIGKILL, "SIGKILL with blocked threads");
	kill_it(true, SIGKILL, "SIGKILL with blocked and computing threads");
	kill_it(false, SIGTERM, "SIGTERM with blocked threads");
	kill_it(true, SIGTERM, "SIGTERM with blocked and computing threads");
	kill_while_stopping(SIGTERM);
	kill_while_stopping(SIGKILL);
	for (int i = 0; i < 10; i++)
		child_is(child_run(exit_of_thread, &yes), 9, "exit again and again");
	zones_settled(&before, "the kernel has every thread, KSE and group back");
	return done_testing();
}
