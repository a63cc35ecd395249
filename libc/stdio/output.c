// SPDX-License-Identifier: BSD-2-Clause
// Unformatted output.
// C11 7.21.7 and 7.21.8.

#include <errno.h>
#include <string.h>

#include "stdio_private.h"

static size_t
put(FILE *fp, const void *buf, size_t n)
{
	size_t written;

	stream_lock(fp);
	written = __stream_write(fp, buf, n);
	stream_unlock(fp);
	return written;
}

size_t
fwrite(const void *buf, size_t size, size_t count, FILE *fp)
{
	size_t total;

	if (__builtin_mul_overflow(size, count, &total)) {
		errno = EOVERFLOW;
		return 0;
	}
	return total > 0 ? put(fp, buf, total) / size : 0;
}

int
fputc(int c, FILE *fp)
{
	unsigned char byte = (unsigned char)c;

	return put(fp, &byte, 1) == 1 ? byte : EOF;
}

int
putc(int c, FILE *fp)
{
	return fputc(c, fp);
}

int
putchar(int c)
{
	return fputc(c, stdout);
}

int
fputs(const char *s, FILE *fp)
{
	size_t n = strlen(s);

	return put(fp, s, n) == n ? 0 : EOF;
}

int
puts(const char *s)
{
	size_t n = strlen(s);
	int ok;

	stream_lock(stdout);
	ok = __stream_write(stdout, s, n) == n && __stream_write(stdout, "\n", 1) == 1;
	stream_unlock(stdout);
	return ok ? 0 : EOF;
}
