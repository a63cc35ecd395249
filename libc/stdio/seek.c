// SPDX-License-Identifier: BSD-2-Clause
// Positions and conditions of streams.
// C11 7.21.9 and 7.21.10.

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "stdio_private.h"

int
fseeko(FILE *fp, off_t offset, int whence)
{
	int error;

	stream_lock(fp);
	error = __stream_flush(fp);
	if (error == 0 && lseek(fp->sf_fd, offset, whence) < 0)
		error = EOF;
	if (error == 0)
		fp->sf_flags &= ~SF_EOF;
	stream_unlock(fp);
	return error;
}

off_t
ftello(FILE *fp)
{
	off_t position;

	stream_lock(fp);
	position = lseek(fp->sf_fd, 0, SEEK_CUR);
	if (position >= 0 && (fp->sf_flags & SF_READING))
		position -= (off_t)(fp->sf_end - fp->sf_pos);
	else if (position >= 0 && (fp->sf_flags & SF_WRITING))
		position += (off_t)fp->sf_pos;
	stream_unlock(fp);
	return position;
}

int
fseek(FILE *fp, long offset, int whence)
{
	return fseeko(fp, offset, whence);
}

long
ftell(FILE *fp)
{
	off_t position = ftello(fp);

	if (position > LONG_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	return (long)position;
}

void
rewind(FILE *fp)
{
	fseeko(fp, 0, SEEK_SET);
	clearerr(fp);
}

int
fgetpos(FILE *fp, fpos_t *pos)
{
	*pos = ftello(fp);
	return *pos >= 0 ? 0 : -1;
}

int
fsetpos(FILE *fp, const fpos_t *pos)
{
	return fseeko(fp, *pos, SEEK_SET);
}

int
feof(FILE *fp)
{
	return (fp->sf_flags & SF_EOF) != 0;
}

int
ferror(FILE *fp)
{
	return (fp->sf_flags & SF_ERROR) != 0;
}

void
clearerr(FILE *fp)
{
	stream_lock(fp);
	fp->sf_flags &= ~(SF_EOF | SF_ERROR);
	stream_unlock(fp);
}

int
fileno(FILE *fp)
{
	return fp->sf_fd;
}
