// SPDX-License-Identifier: BSD-2-Clause
// init, the first process: a console on descriptors 0 to 2, then the one program or the shell.
// Role of FreeBSD's init(8) in single-user mode; /etc/run is ours.

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

// The kernel starts init without open files.
static void
open_console(void)
{
	int fd = open(CONSOLE, O_RDWR);

	for (int i = 0; fd >= 0 && i <= STDERR_FILENO; i++) {
		if (fd != i)
			dup2(fd, i);
	}
	if (fd > STDERR_FILENO)
		close(fd);
}

int
await(pid_t pid)
{
	int status;

	for (;;) {
		pid_t ended = waitpid(WAIT_ANY, &status, 0);

		if (ended == pid)
			return status;
		if (ended < 0 && errno != EINTR)
			err(1, "wait");
	}
}

void
new_session(void)
{
	if (setsid() < 0 || ioctl(STDERR_FILENO, TIOCSCTTY) != 0)
		warn("%s", CONSOLE);
}

int
main(void)
{
	char **argv;

	open_console();
	if (getpid() != 1)
		errx(1, "I am not the first process");
	setsid();
	setenv("PATH", "/bin:/sbin", 1);
	setenv("HOME", "/", 1);
	argv = load_run();
	if (argv != NULL)
		run_program(argv);
	run_shells();
}
