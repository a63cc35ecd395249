// SPDX-License-Identifier: BSD-2-Clause
// Buffers of streams: filling, flushing, moving bytes.
// Ours; semantics of C11 7.21.3.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stdio_private.h"

// An unbuffered stream, and one without memory for a buffer, use the small array: input comes a
// byte at a time, output does not stop there.
void
__stream_prepare(FILE *fp)
{
	int saved = errno;

	if (!(fp->sf_flags & SF_MODESET)) {
		fp->sf_mode = isatty(fp->sf_fd) ? _IOLBF : _IOFBF;
		fp->sf_flags |= SF_MODESET;
	}
	if (fp->sf_base == NULL && fp->sf_mode != _IONBF) {
		fp->sf_base = malloc(BUFSIZ);
		if (fp->sf_base != NULL) {
			fp->sf_size = BUFSIZ;
			fp->sf_flags |= SF_OWNBUF;
		} else {
			fp->sf_mode = _IONBF;
		}
	}
	if (fp->sf_base == NULL) {
		fp->sf_base = fp->sf_small;
		fp->sf_size = PUSHBACK + 1;
	}
	fp->sf_pos = fp->sf_end = PUSHBACK;
	errno = saved;
}

// write_all: to the descriptor; 0 or EOF.
static int
write_all(FILE *fp, const unsigned char *buf, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fp->sf_fd, buf, n);

		if (written < 0) {
			fp->sf_flags |= SF_ERROR;
			return EOF;
		}
		buf += written;
		n -= (size_t)written;
	}
	return 0;
}

int
__stream_flush(FILE *fp)
{
	int error = 0;

	if (fp->sf_flags & SF_WRITING) {
		error = write_all(fp, fp->sf_base, fp->sf_pos);
		fp->sf_pos = 0;
	} else if (fp->sf_flags & SF_READING) {
		// Where the descriptor can seek, it goes back to what the program has seen.
		if (fp->sf_end > fp->sf_pos)
			lseek(fp->sf_fd, -(off_t)(fp->sf_end - fp->sf_pos), SEEK_CUR);
		fp->sf_pos = fp->sf_end = PUSHBACK;
	}
	fp->sf_flags &= ~(SF_READING | SF_WRITING);
	return error;
}

// turn: make the stream read or write; EOF if it may not.
static int
turn(FILE *fp, int permission, int state)
{
	if (!(fp->sf_flags & permission)) {
		errno = EBADF;
		fp->sf_flags |= SF_ERROR;
		return EOF;
	}
	if (fp->sf_base == NULL)
		__stream_prepare(fp);
	if (fp->sf_flags & state)
		return 0;
	if (__stream_flush(fp) != 0)
		return EOF;
	fp->sf_pos = fp->sf_end = state == SF_READING ? PUSHBACK : 0;
	fp->sf_flags |= state;
	return 0;
}

int
__stream_fill(FILE *fp)
{
	ssize_t n;

	if (turn(fp, SF_READ, SF_READING) != 0)
		return EOF;
	// Who is asked a question wants to read it first.
	if (fp == stdin && stdout->sf_mode == _IOLBF && (stdout->sf_flags & SF_WRITING))
		fflush(stdout);
	n = read(fp->sf_fd, fp->sf_base + PUSHBACK, fp->sf_size - PUSHBACK);
	fp->sf_pos = PUSHBACK;
	fp->sf_end = PUSHBACK + (n > 0 ? (size_t)n : 0);
	if (n > 0)
		return 0;
	fp->sf_flags |= n < 0 ? SF_ERROR : SF_EOF;
	return EOF;
}

int
__stream_get(FILE *fp)
{
	if ((fp->sf_flags & SF_READING) && fp->sf_pos < fp->sf_end)
		return fp->sf_base[fp->sf_pos++];
	if (__stream_fill(fp) != 0)
		return EOF;
	return fp->sf_base[fp->sf_pos++];
}

int
__stream_unget(FILE *fp, int c)
{
	if (c == EOF || turn(fp, SF_READ, SF_READING) != 0 || fp->sf_pos == 0)
		return EOF;
	fp->sf_base[--fp->sf_pos] = (unsigned char)c;
	fp->sf_flags &= ~SF_EOF;
	return (unsigned char)c;
}

size_t
__stream_read(FILE *fp, void *buf, size_t n)
{
	unsigned char *out = buf;
	size_t left = n;

	while (left > 0) {
		size_t have = fp->sf_flags & SF_READING ? fp->sf_end - fp->sf_pos : 0;

		if (have == 0) {
			if (__stream_fill(fp) != 0)
				break;
			continue;
		}
		if (have > left)
			have = left;
		memcpy(out, fp->sf_base + fp->sf_pos, have);
		fp->sf_pos += have;
		out += have;
		left -= have;
	}
	return n - left;
}

// store: into the buffer, which is written whenever it is full.
static int
store(FILE *fp, const unsigned char *buf, size_t n)
{
	while (n > 0) {
		size_t room = fp->sf_size - fp->sf_pos;

		if (fp->sf_pos == 0 && n >= fp->sf_size)
			return write_all(fp, buf, n);	// large pieces go past the buffer
		if (room > n)
			room = n;
		memcpy(fp->sf_base + fp->sf_pos, buf, room);
		fp->sf_pos += room;
		buf += room;
		n -= room;
		if (fp->sf_pos == fp->sf_size) {
			int error = write_all(fp, fp->sf_base, fp->sf_pos);

			fp->sf_pos = 0;
			if (error != 0)
				return error;
		}
	}
	return 0;
}

size_t
__stream_write(FILE *fp, const void *buf, size_t n)
{
	int error;

	if (n == 0 || turn(fp, SF_WRITE, SF_WRITING) != 0)
		return 0;
	if (fp->sf_mode == _IONBF) {
		error = write_all(fp, buf, n);
	} else {
		error = store(fp, buf, n);
		if (error == 0 && fp->sf_mode == _IOLBF && memchr(buf, '\n', n) != NULL) {
			error = write_all(fp, fp->sf_base, fp->sf_pos);
			fp->sf_pos = 0;
		}
	}
	return error == 0 ? n : 0;
}
