// SPDX-License-Identifier: BSD-2-Clause
// Facts about files and descriptors, from their status.
// POSIX. The superuser is the only user, so reading is always allowed.

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int
access(const char *path, int mode)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return -1;
	if ((mode & W_OK) && !S_ISCHR(st.st_mode)) {
		errno = EROFS;
		return -1;
	}
	if ((mode & X_OK) && (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
		errno = EACCES;
		return -1;
	}
	return 0;
}

// The only terminal is the console, whatever name it was opened by.
int
isatty(int fd)
{
	struct stat st, console;

	if (fstat(fd, &st) != 0)
		return 0;
	if (S_ISCHR(st.st_mode) && stat("/dev/console", &console) == 0 &&
	    st.st_rdev == console.st_rdev)
		return 1;
	errno = ENOTTY;
	return 0;
}
