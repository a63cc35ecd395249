// SPDX-License-Identifier: BSD-2-Clause
// Unformatted input.
// C11 7.21.7 and 7.21.8; getdelim and getline of POSIX.

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "stdio_private.h"

int
fgetc(FILE *fp)
{
	int c;

	stream_lock(fp);
	c = __stream_get(fp);
	stream_unlock(fp);
	return c;
}

int
getc(FILE *fp)
{
	return fgetc(fp);
}

int
getchar(void)
{
	return fgetc(stdin);
}

int
ungetc(int c, FILE *fp)
{
	int result;

	stream_lock(fp);
	result = __stream_unget(fp, c);
	stream_unlock(fp);
	return result;
}

size_t
fread(void *buf, size_t size, size_t count, FILE *fp)
{
	size_t total, n;

	if (size == 0 || count == 0)
		return 0;
	if (__builtin_mul_overflow(size, count, &total)) {
		errno = EOVERFLOW;
		return 0;
	}
	stream_lock(fp);
	n = __stream_read(fp, buf, total);
	stream_unlock(fp);
	return n / size;
}

char *
fgets(char *buf, int size, FILE *fp)
{
	int n = 0, c = 0;

	if (size <= 0)
		return NULL;
	stream_lock(fp);
	while (n < size - 1 && c != '\n') {
		c = __stream_get(fp);
		if (c == EOF)
			break;
		buf[n++] = (char)c;
	}
	stream_unlock(fp);
	if (c == EOF && (n == 0 || ferror(fp)))
		return NULL;
	buf[n] = '\0';
	return buf;
}

ssize_t
getdelim(char **line, size_t *size, int delim, FILE *fp)
{
	size_t n = 0;
	int c = 0;

	if (*line == NULL)
		*size = 0;
	stream_lock(fp);
	do {
		if (n + 2 > *size) {
			size_t larger = *size < 64 ? 128 : *size * 2;
			char *p = larger <= SSIZE_MAX ? realloc(*line, larger) : NULL;

			if (p == NULL) {
				fp->sf_flags |= SF_ERROR;
				n = 0;
				break;
			}
			*line = p;
			*size = larger;
		}
		c = __stream_get(fp);
		if (c == EOF)
			break;
		(*line)[n++] = (char)c;
	} while (c != delim);
	stream_unlock(fp);
	if (n == 0 || (c == EOF && ferror(fp)))
		return -1;
	(*line)[n] = '\0';
	return (ssize_t)n;
}

ssize_t
getline(char **line, size_t *size, FILE *fp)
{
	return getdelim(line, size, '\n', fp);
}
