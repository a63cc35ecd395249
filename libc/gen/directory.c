// SPDX-License-Identifier: BSD-2-Clause
// Reading directories.
// POSIX opendir and friends over getdirentries.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER	4096

struct __dir {
	int	fd;
	int	used;		// bytes of buf that were handed out
	int	filled;		// bytes of buf that hold entries
	char	buf[BUFFER] __attribute__((__aligned__(4)));
};

DIR *
opendir(const char *path)
{
	struct stat st;
	DIR *dir;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		dir = malloc(sizeof(*dir));
		if (dir != NULL) {
			dir->fd = fd;
			dir->used = dir->filled = 0;
			return dir;
		}
	} else {
		errno = ENOTDIR;
	}
	close(fd);
	return NULL;
}

// Entries of inode 0 are empty slots.
struct dirent *
readdir(DIR *dir)
{
	struct dirent *entry;
	long base;

	do {
		if (dir->used >= dir->filled) {
			dir->used = 0;
			dir->filled = getdirentries(dir->fd, dir->buf, BUFFER, &base);
			if (dir->filled <= 0) {
				dir->filled = 0;
				return NULL;
			}
		}
		entry = (struct dirent *)(void *)(dir->buf + dir->used);
		dir->used += entry->d_reclen;
	} while (entry->d_fileno == 0);
	return entry;
}

void
rewinddir(DIR *dir)
{
	lseek(dir->fd, 0, SEEK_SET);
	dir->used = dir->filled = 0;
}

int
dirfd(DIR *dir)
{
	return dir->fd;
}

int
closedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return close(fd);
}
