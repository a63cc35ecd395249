// SPDX-License-Identifier: BSD-2-Clause
// Files of the boot image: open, read, lseek, stat, fstat, lstat, getdirentries, chdir, __getcwd,
// and the devices null and zero.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <dirent.h>
#include <sys/stat.h>

static const char *self;	// path of this program: a file that is surely there
static char directory[256];	// and its directory

// Whether the call failed for this reason.
static bool
fails(long answer, int error)
{
	return answer == -1 && errno == error;
}

static void
reading(void)
{
	char start[4], again[4];
	struct stat st;
	int fd = open(self, O_RDONLY);

	if (!ok(fd > 2, "open of a file"))
		return;
	is(read(fd, start, 4), 4, "read of four bytes");
	ok(memcmp(start, "\177ELF", 4) == 0, "they are the first four of this program");
	is((long)lseek(fd, 0, SEEK_CUR), 4, "the position is 4");
	is((long)lseek(fd, 1, SEEK_SET), 1, "lseek to 1");
	ok(read(fd, again, 3) == 3 && memcmp(again, start + 1, 3) == 0, "read goes on from there");
	is(fstat(fd, &st), 0, "fstat");
	ok(S_ISREG(st.st_mode) && (st.st_mode & S_IXUSR) != 0, "it is an executable file");
	ok(st.st_size > 1000, "of more than 1000 bytes");
	ok(lseek(fd, 0, SEEK_END) == st.st_size, "its end is at its size");
	is(read(fd, again, 4), 0, "read at the end gives nothing");
	ok(lseek(fd, -2, SEEK_END) == st.st_size - 2 && read(fd, again, 4) == 2,
	    "read before the end gives what there is");
	ok(lseek(fd, 5, SEEK_END) == st.st_size + 5 && read(fd, again, 4) == 0,
	    "behind the end there is nothing");
	ok(fails((long)lseek(fd, -1, SEEK_SET), EINVAL), "lseek before the start: EINVAL");
	ok(fails((long)lseek(fd, 0, 99), EINVAL), "lseek with an unknown whence: EINVAL");
	ok(lseek(fd, (off_t)1 << 33, SEEK_SET) == (off_t)1 << 33, "positions have 64 bits");
	ok(fails(write(fd, "x", 1), EBADF), "write on a descriptor for reading: EBADF");
	is(close(fd), 0, "close");
	ok(fails(close(fd), EBADF), "a second close: EBADF");
	ok(fails(read(fd, again, 1), EBADF), "read of a closed descriptor: EBADF");
}

static void
opening(void)
{
	static char longer[1200];
	char through_file[300];
	int first, second;

	memset(longer, 'a', sizeof longer - 1);
	longer[0] = '/';
	snprintf(through_file, sizeof through_file, "%s/x", self);
	ok(fails(open("/no/such/file", O_RDONLY), ENOENT), "open of what is not there: ENOENT");
	ok(fails(open("", O_RDONLY), ENOENT), "open of an empty name: ENOENT");
	ok(fails(open(longer, O_RDONLY), ENAMETOOLONG), "open of an endless name: ENAMETOOLONG");
	ok(fails(open(through_file, O_RDONLY), ENOTDIR), "open below a file: ENOTDIR");
	ok(fails(open(self, O_WRONLY), EROFS), "open for writing: EROFS");
	ok(fails(open(self, O_RDONLY | O_WRONLY | O_RDWR), EINVAL), "open with mode 3: EINVAL");
	ok(fails(open(directory, O_WRONLY), EISDIR), "open of a directory for writing: EISDIR");
	first = open(self, O_RDONLY);
	second = open(self, O_RDONLY);
	is(second, first + 1, "descriptors are the lowest that are free");
	close(first);
	is(open(self, O_RDONLY), first, "and are used again");
	close(first);
	close(second);
}

static void
statuses(void)
{
	struct stat a, b;

	is(stat(self, &a), 0, "stat of a file");
	ok(lstat(self, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev,
	    "lstat says the same file");
	is(stat(directory, &a), 0, "stat of a directory");
	ok(S_ISDIR(a.st_mode), "it is one");
	ok(stat("/", &b) == 0 && S_ISDIR(b.st_mode), "so is the root");
	ok(stat("/dev/null", &a) == 0 && S_ISCHR(a.st_mode), "/dev/null is a device");
	ok(fails(stat("/no", &a), ENOENT), "stat of what is not there: ENOENT");
	ok(fails(fstat(99, &a), EBADF), "fstat of no descriptor: EBADF");
}

// Walks the entries of one getdirentries; how many have this name, -1 for a bad record.
static int
named(const char *buffer, int length, const char *name)
{
	int found = 0;

	for (int at = 0; at < length; ) {
		const struct dirent *d = (const struct dirent *)(const void *)(buffer + at);
		if (d->d_reclen < 8 || d->d_reclen % 4 != 0 || at + d->d_reclen > length ||
		    d->d_fileno == 0 || strlen(d->d_name) != d->d_namlen)
			return -1;
		found += strcmp(d->d_name, name) == 0;
		at += d->d_reclen;
	}
	return found;
}

static void
directories(void)
{
	static char buffer[4096] __attribute__((__aligned__(4)));
	const char *name = strrchr(self, '/') + 1;
	int fd = open(directory, O_RDONLY), found = 0, dots = 0, length;
	long base = -1;

	ok(fd > 2, "open of a directory");
	while ((length = getdirentries(fd, buffer, sizeof buffer, &base)) > 0) {
		int n = named(buffer, length, name);
		if (n < 0) {
			found = -1000;
			break;
		}
		found += n;
		dots += named(buffer, length, ".") + named(buffer, length, "..");
	}
	is(length, 0, "getdirentries ends with 0");
	is(found, 1, "this program is listed once, all records are well formed");
	is(dots, 2, "so are . and ..");
	ok(fails(getdirentries(fd, buffer, 4, &base), EINVAL) ||
	    (lseek(fd, 0, SEEK_SET) == 0 && fails(getdirentries(fd, buffer, 4, &base), EINVAL)),
	    "a buffer for not even one entry: EINVAL");
	ok(fails(read(fd, buffer, 1), EISDIR), "read of a directory: EISDIR");
	close(fd);
	fd = open(self, O_RDONLY);
	ok(fails(getdirentries(fd, buffer, sizeof buffer, &base), EINVAL) ||
	    fails(getdirentries(fd, buffer, sizeof buffer, &base), ENOTDIR),
	    "getdirentries of a file: EINVAL or ENOTDIR");
	close(fd);
}

static void
working_directory(void)
{
	char path[256];
	struct stat a, b;
	const char *name = strrchr(self, '/') + 1;

	is(chdir(directory), 0, "chdir");
	ok(getcwd(path, sizeof path) != NULL && strcmp(path, directory) == 0,
	    "getcwd names the directory");
	ok(stat(name, &a) == 0 && stat(self, &b) == 0 && a.st_ino == b.st_ino,
	    "relative names start there");
	ok(stat("..", &a) == 0 && stat("/", &b) == 0 && a.st_ino == b.st_ino, "its .. is the root");
	is(chdir("/"), 0, "chdir to the root");
	ok(getcwd(path, sizeof path) != NULL && strcmp(path, "/") == 0, "getcwd of the root");
	ok(fails(chdir(self), ENOTDIR), "chdir to a file: ENOTDIR");
	ok(fails(chdir("/no"), ENOENT), "chdir to nowhere: ENOENT");
	ok(getcwd(path, 1) == NULL && (errno == ERANGE || errno == ENAMETOOLONG),
	    "getcwd without room fails");
}

static void
devices(void)
{
	char bytes[64];
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), sum = 0;

	ok(null > 2 && zero > 2, "open of /dev/null and /dev/zero");
	is(write(null, bytes, sizeof bytes), sizeof bytes, "null takes everything");
	is(read(null, bytes, sizeof bytes), 0, "and gives nothing");
	memset(bytes, 1, sizeof bytes);
	is(read(zero, bytes, sizeof bytes), sizeof bytes, "zero gives as much as asked");
	for (size_t i = 0; i < sizeof bytes; i++)
		sum += bytes[i];
	is(sum, 0, "all zeroes");
	close(null);
	close(zero);
}

int
main(int argc, char **argv)
{
	self = argc > 0 && argv[0][0] == '/' ? argv[0] : "/tests/files";
	size_t length = (size_t)(strrchr(self, '/') - self);
	if (length == 0 || length >= sizeof directory)
		bail_out("not in a directory below the root");
	memcpy(directory, self, length);
	reading();
	opening();
	statuses();
	directories();
	working_directory();
	devices();
	return done_testing();
}
