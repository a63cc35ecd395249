// SPDX-License-Identifier: BSD-2-Clause
// Figures of the system.
// POSIX; numbers of FreeBSD 5.x.

#include <errno.h>
#include <limits.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <unistd.h>

int
getpagesize(void)
{
	return PAGE_SIZE;
}

// variable: an int from the system; fallback where it has no such.
static long
variable(const char *name, int fallback)
{
	size_t size = sizeof(int);
	int value;

	return sysctlbyname(name, &value, &size, NULL, 0) == 0 ? value : fallback;
}

long
sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CLK_TCK:
		return 128;
	case _SC_OPEN_MAX:
		return OPEN_MAX;
	case _SC_PAGESIZE:
		return PAGE_SIZE;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return variable("hw.ncpu", 1);
	default:
		errno = EINVAL;
		return -1;
	}
}
