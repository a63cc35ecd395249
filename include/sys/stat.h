// SPDX-License-Identifier: BSD-2-Clause
// File status.
// struct stat of FreeBSD 5.x on the i386 (96 bytes; 4.x and 12.x have others).
#pragma once

#include <sys/time.h>

struct stat {
	dev_t		st_dev;
	ino_t		st_ino;
	mode_t		st_mode;	// S_IF* and permissions
	nlink_t		st_nlink;
	uid_t		st_uid;
	gid_t		st_gid;
	dev_t		st_rdev;	// which device, for S_IFCHR
	struct timespec	st_atimespec;	// last access
	struct timespec	st_mtimespec;	// last change of data
	struct timespec	st_ctimespec;	// last change of status
	off_t		st_size;	// bytes
	blkcnt_t	st_blocks;	// 512-byte blocks
	blksize_t	st_blksize;	// best size of a transfer
	fflags_t	st_flags;
	uint32_t	st_gen;
	int32_t		st_lspare;
	struct timespec	st_birthtimespec;
	uint32_t	st_spare[2];
};
#define st_atime	st_atimespec.tv_sec
#define st_mtime	st_mtimespec.tv_sec
#define st_ctime	st_ctimespec.tv_sec
ABI_SIZE(struct stat, 96);
ABI_OFFSET(struct stat, st_mode, 8);
ABI_OFFSET(struct stat, st_nlink, 10);
ABI_OFFSET(struct stat, st_rdev, 20);
ABI_OFFSET(struct stat, st_size, 48);
ABI_OFFSET(struct stat, st_blksize, 64);
ABI_OFFSET(struct stat, st_birthtimespec, 80);

#define S_ISUID		0004000
#define S_ISGID		0002000
#define S_ISVTX		0001000
#define S_IRWXU		0000700
#define S_IRUSR		0000400
#define S_IWUSR		0000200
#define S_IXUSR		0000100
#define S_IRWXG		0000070
#define S_IRGRP		0000040
#define S_IWGRP		0000020
#define S_IXGRP		0000010
#define S_IRWXO		0000007
#define S_IROTH		0000004
#define S_IWOTH		0000002
#define S_IXOTH		0000001

#define S_IFMT		0170000
#define S_IFIFO		0010000
#define S_IFCHR		0020000
#define S_IFDIR		0040000
#define S_IFBLK		0060000
#define S_IFREG		0100000
#define S_IFLNK		0120000
#define S_IFSOCK	0140000

#define S_ISDIR(m)	(((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)	(((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m)	(((m) & S_IFMT) == S_IFBLK)
#define S_ISREG(m)	(((m) & S_IFMT) == S_IFREG)
#define S_ISFIFO(m)	(((m) & S_IFMT) == S_IFIFO)
#define S_ISLNK(m)	(((m) & S_IFMT) == S_IFLNK)

// History gave a structure and a function one name; C++ may warn of that.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
ABI_BEGIN_C
int stat(const char *path, struct stat *st);
int lstat(const char *path, struct stat *st);
int fstat(int fd, struct stat *st);
ABI_END_C
#pragma GCC diagnostic pop
