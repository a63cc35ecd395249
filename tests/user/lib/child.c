// SPDX-License-Identifier: BSD-2-Clause
// Child processes of a test.
// Written for Kestrel.
#include "child.h"
#include "../tap.h"

#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

int
child_start(int (*body)(void *), void *arg)
{
	pid_t pid = fork();

	if (pid == 0) {
		in_child();
		_exit(body(arg));
	}
	return pid;
}

int
child_wait(int pid)
{
	int status;

	return pid > 0 && wait4(pid, &status, 0, NULL) == pid ? status : -1;
}

int
child_run(int (*body)(void *), void *arg)
{
	return child_wait(child_start(body, arg));
}

const char *
child_says(int status)
{
	static char text[40];

	if (status == -1)
		snprintf(text, sizeof text, "no child");
	else if (WIFEXITED(status))
		snprintf(text, sizeof text, "exit %d", WEXITSTATUS(status));
	else
		snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
	return text;
}

bool
child_is(int status, int value, const char *what)
{
	bool right = status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == value;

	if (!ok(right, "%s", what))
		diag("the child's end: %s, expected exit %d", child_says(status), value);
	return right;
}

bool
child_died(int status, int signal, const char *what)
{
	bool right = status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == signal;

	if (!ok(right, "%s", what))
		diag("the child's end: %s, expected signal %d", child_says(status), signal);
	return right;
}

void
milliseconds(int count)
{
	struct timespec ts = { count / 1000, count % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}
