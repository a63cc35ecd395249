// SPDX-License-Identifier: BSD-2-Clause
// Opening, closing and finding streams.
// C11 7.21.5.

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stdio_private.h"

static FILE std_streams[3] = {
	{ .sf_fd = 0, .sf_flags = SF_READ | SF_STATIC, .sf_next = &std_streams[1] },
	{ .sf_fd = 1, .sf_flags = SF_WRITE | SF_STATIC, .sf_next = &std_streams[2] },
	{ .sf_fd = 2, .sf_flags = SF_WRITE | SF_STATIC | SF_MODESET, .sf_mode = _IONBF },
};
FILE *__stdinp = &std_streams[0];
FILE *__stdoutp = &std_streams[1];
FILE *__stderrp = &std_streams[2];

// All streams; the standard ones stay at the end for ever. (Lock: list_lock, taken before a
// stream's own.)
static FILE *streams = &std_streams[0];
static libc_lock list_lock;

int
__stream_flags(const char *mode, int *open_flags)
{
	int plus = strchr(mode, '+') != NULL;

	switch (mode[0]) {
	case 'r':
		*open_flags = plus ? O_RDWR : O_RDONLY;
		return plus ? SF_READ | SF_WRITE : SF_READ;
	case 'w':
		*open_flags = (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
		return plus ? SF_READ | SF_WRITE : SF_WRITE;
	case 'a':
		*open_flags = (plus ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
		return plus ? SF_READ | SF_WRITE : SF_WRITE;
	default:
		errno = EINVAL;
		return 0;
	}
}

static FILE *
attach(int fd, int flags)
{
	FILE *fp = calloc(1, sizeof(*fp));

	if (fp == NULL)
		return NULL;
	fp->sf_fd = fd;
	fp->sf_flags = flags;
	__libc_acquire(&list_lock);
	fp->sf_next = streams;
	streams = fp;
	__libc_release(&list_lock);
	return fp;
}

FILE *
fdopen(int fd, const char *mode)
{
	int open_flags, flags = __stream_flags(mode, &open_flags);

	return flags != 0 ? attach(fd, flags) : NULL;
}

FILE *
fopen(const char *path, const char *mode)
{
	int open_flags, flags = __stream_flags(mode, &open_flags), fd;
	FILE *fp;

	if (flags == 0)
		return NULL;
	fd = open(path, open_flags, 0666);
	if (fd < 0)
		return NULL;
	fp = attach(fd, flags);
	if (fp == NULL)
		close(fd);
	return fp;
}

// finish: write out, close, forget the buffer; the stream's lock is held. 0 or EOF.
static int
finish(FILE *fp)
{
	int error = __stream_flush(fp);

	if (close(fp->sf_fd) != 0)
		error = EOF;
	if (fp->sf_flags & SF_OWNBUF)
		free(fp->sf_base);
	fp->sf_base = NULL;
	fp->sf_flags &= SF_STATIC;
	fp->sf_fd = -1;
	return error;
}

FILE *
freopen(const char *path, const char *mode, FILE *fp)
{
	int open_flags, flags = __stream_flags(mode, &open_flags), fd;

	if (flags == 0)
		return NULL;
	stream_lock(fp);
	finish(fp);
	fd = open(path, open_flags, 0666);
	if (fd >= 0) {
		fp->sf_fd = fd;
		fp->sf_flags |= flags;
	}
	stream_unlock(fp);
	return fd >= 0 ? fp : NULL;
}

int
fclose(FILE *fp)
{
	int error;

	stream_lock(fp);
	error = finish(fp);
	stream_unlock(fp);
	if (fp->sf_flags & SF_STATIC)
		return error;
	__libc_acquire(&list_lock);
	for (FILE **link = &streams; *link != NULL; link = &(*link)->sf_next) {
		if (*link == fp) {
			*link = fp->sf_next;
			break;
		}
	}
	__libc_release(&list_lock);
	free(fp);
	return error;
}

// flush_writers: streams with pending output only; a reader may sit in its call for ever.
static int
flush_writers(void)
{
	int error = 0;

	__libc_acquire(&list_lock);
	for (FILE *fp = streams; fp != NULL; fp = fp->sf_next) {
		if (!(*(volatile int *)&fp->sf_flags & SF_WRITING))
			continue;
		stream_lock(fp);
		if ((fp->sf_flags & SF_WRITING) && __stream_flush(fp) != 0)
			error = EOF;
		stream_unlock(fp);
	}
	__libc_release(&list_lock);
	return error;
}

void
__stdio_flush_all(void)
{
	flush_writers();
}

int
fflush(FILE *fp)
{
	int error;

	if (fp == NULL)
		return flush_writers();
	stream_lock(fp);
	error = __stream_flush(fp);
	stream_unlock(fp);
	return error;
}

int
setvbuf(FILE *fp, char *buf, int mode, size_t size)
{
	if (mode < _IOFBF || mode > _IONBF)
		return EOF;
	stream_lock(fp);
	__stream_flush(fp);
	if (fp->sf_flags & SF_OWNBUF)
		free(fp->sf_base);
	fp->sf_flags = (fp->sf_flags & ~SF_OWNBUF) | SF_MODESET;
	fp->sf_mode = mode;
	fp->sf_base = NULL;
	if (buf != NULL && mode != _IONBF && size > 2 * PUSHBACK) {
		fp->sf_base = (unsigned char *)buf;
		fp->sf_size = size;
	}
	stream_unlock(fp);
	return 0;
}

void
setbuf(FILE *fp, char *buf)
{
	setvbuf(fp, buf, buf != NULL ? _IOFBF : _IONBF, BUFSIZ);
}

void
setlinebuf(FILE *fp)
{
	setvbuf(fp, NULL, _IOLBF, 0);
}
