// SPDX-License-Identifier: BSD-2-Clause
// Calls that change directories. Every file system here is read-only, so what exists stays.
// POSIX and C11 7.21.4: the errors of a read-only file system.

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int
refuse(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		errno = EROFS;
	return -1;
}

int
unlink(const char *path)
{
	return refuse(path);
}

int
remove(const char *path)
{
	return refuse(path);
}

int
rename(const char *from, const char *to)
{
	(void)to;
	return refuse(from);
}
