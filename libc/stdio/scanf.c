// SPDX-License-Identifier: BSD-2-Clause
// scanf from streams and strings.
// C11 7.21.6.

#include "stdio_private.h"

static int
stream_get(struct source *source)
{
	return __stream_get(source->data);
}

static void
stream_unget(struct source *source, int c)
{
	__stream_unget(source->data, c);
}

static int
string_get(struct source *source)
{
	const unsigned char *p = source->data;

	if (*p == '\0')
		return EOF;
	source->data = (void *)(p + 1);
	return *p;
}

static void
string_unget(struct source *source, int c)
{
	(void)c;
	source->data = (unsigned char *)source->data - 1;
}

int
vfscanf(FILE *fp, const char *format, va_list ap)
{
	struct source source = { stream_get, stream_unget, fp };
	int n;

	stream_lock(fp);
	n = __scan(&source, format, ap);
	stream_unlock(fp);
	return n;
}

int
vsscanf(const char *s, const char *format, va_list ap)
{
	struct source source = { string_get, string_unget, (void *)s };

	return __scan(&source, format, ap);
}

int
vscanf(const char *format, va_list ap)
{
	return vfscanf(stdin, format, ap);
}

int
scanf(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfscanf(stdin, format, ap);
	va_end(ap);
	return n;
}

int
fscanf(FILE *fp, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfscanf(fp, format, ap);
	va_end(ap);
	return n;
}

int
sscanf(const char *s, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsscanf(s, format, ap);
	va_end(ap);
	return n;
}
