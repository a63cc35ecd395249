// SPDX-License-Identifier: BSD-2-Clause
// The foreground process group of a terminal.
// POSIX.

#include <sys/ioctl.h>
#include <unistd.h>

pid_t
tcgetpgrp(int fd)
{
	int pgrp;

	return ioctl(fd, TIOCGPGRP, &pgrp) == 0 ? pgrp : -1;
}

int
tcsetpgrp(int fd, pid_t pgrp)
{
	return ioctl(fd, TIOCSPGRP, &pgrp);
}
