// SPDX-License-Identifier: BSD-2-Clause
// fork, exit, wait4: what a child inherits, how its end is told, and to whom.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int values = 1;

static int
exit_with(void *arg)
{
	return *(int *)arg;
}

static void
exit_values(void)
{
	static const int tried[] = { 0, 1, 7, 127, 128, 255 };

	for (unsigned int i = 0; i < sizeof tried / sizeof tried[0]; i++) {
		int value = tried[i];
		int status = child_run(exit_with, &value);
		ok(status == value << 8, "exit %d gives status %#x", value, value << 8);
	}
	int value = 0x1ff;
	ok(child_run(exit_with, &value) == 0xff00, "only eight bits of the value arrive");
}

static int
look_at_inheritance(void *arg)
{
	int parent = *(int *)arg;

	if (values != 42)
		return 1;
	values = 43;
	return getppid() == parent && getpid() != parent ? 0 : 2;
}

static void
inheritance(void)
{
	int parent = getpid();

	values = 42;
	child_is(child_run(look_at_inheritance, &parent), 0,
	    "a child has its parent's memory, its own pid, its parent as parent");
	is(values, 42, "what it writes is its own");
}

static int
share_offset(void *arg)
{
	int *fds = arg;

	return write(fds[1], "child", 5) == 5 ? 0 : 1;
}

static void
descriptors(void)
{
	int fds[2];
	char text[6] = "";

	if (pipe(fds) != 0)
		bail_out("no pipe");
	child_is(child_run(share_offset, fds), 0, "a child writes to an inherited pipe");
	ok(read(fds[0], text, 5) == 5 && strcmp(text, "child") == 0, "its parent reads that");
	close(fds[0]);
	close(fds[1]);
}

static int
wait_for_byte(void *arg)
{
	int *fds = arg;
	char byte;

	close(fds[1]);
	return read(fds[0], &byte, 1) == 1 ? byte : 1;
}

static void
choosing(void)
{
	int fds[3][2], pids[3], status;
	struct rusage ru;

	memset(&ru, 0xee, sizeof ru);
	for (int i = 0; i < 3; i++) {
		if (pipe(fds[i]) != 0)
			bail_out("no pipe");
		pids[i] = child_start(wait_for_byte, fds[i]);
	}
	is(wait4(-1, &status, WNOHANG, NULL), 0, "WNOHANG with living children: 0");
	is(wait4(pids[1], &status, WNOHANG, NULL), 0, "the same for one of them");
	for (int i = 2; i >= 0; i--) {
		char byte = (char)(10 + i);
		if (write(fds[i][1], &byte, 1) != 1)
			bail_out("no write");
		is(wait4(pids[i], &status, 0, &ru), pids[i], "wait for child %d alone", i);
		is(WEXITSTATUS(status), 10 + i, "and get its value");
		close(fds[i][0]);
		close(fds[i][1]);
	}
	ok(ru.ru_utime.tv_usec >= 0 && ru.ru_utime.tv_usec < 1000000 && ru.ru_utime.tv_sec >= 0,
	    "its resource usage was filled in");
	ok(wait4(-1, &status, 0, NULL) == -1 && errno == ECHILD, "without children: ECHILD");
	ok(wait4(getpid(), &status, 0, NULL) == -1 && errno == ECHILD, "not one's child: ECHILD");
	ok(wait4(-1, &status, 0x4000, NULL) == -1 && errno == EINVAL, "unknown options: EINVAL");
}

static int
leave_an_orphan(void *arg)
{
	int *fds = arg;

	if (fork() == 0) {
		char told = 0;
		// The parent's pid changes when it is gone.
		for (int i = 0; i < 500 && getppid() != 1; i++)
			milliseconds(10);
		told = (char)getppid();
		write(fds[1], &told, 1);
		_exit(0);
	}
	return 0;
}

static void
orphans(void)
{
	int fds[2];
	char parent = 0;

	if (pipe(fds) != 0)
		bail_out("no pipe");
	child_is(child_run(leave_an_orphan, fds), 0, "a child that leaves a child behind");
	close(fds[1]);
	is(read(fds[0], &parent, 1), 1, "the orphan lives on");
	is(parent, 1, "as a child of process 1");
	close(fds[0]);
}

static void
many(void)
{
	static struct zones before;
	int zero = 0, right = 0, pids[20];

	zones_warm();
	zones_read(&before);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 20; i++)
			pids[i] = child_start(exit_with, &zero);
		for (int i = 0; i < 20; i++)
			right += child_wait(pids[i]) == 0;
	}
	is(right, 100, "a hundred children, twenty at a time");
	zones_settled(&before, "the kernel has everything back");
}

int
main(void)
{
	exit_values();
	inheritance();
	descriptors();
	choosing();
	orphans();
	many();
	return done_testing();
}
