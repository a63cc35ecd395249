// SPDX-License-Identifier: BSD-2-Clause
// printf to memory. No lock and no system call, so a scheduler of user threads may use it anywhere.
// C11 7.21.6; asprintf of BSD.

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stdio_private.h"

// A sink that fills an array and counts on when it is full.
struct array {
	struct sink	sink;
	char		*buf;
	size_t		room;	// bytes it may hold, without the NUL
};

static void
fill(struct sink *sink, const char *text, size_t n)
{
	struct array *a = (struct array *)sink;	// its first member
	size_t at = sink->total;

	if (at < a->room)
		memcpy(a->buf + at, text, n < a->room - at ? n : a->room - at);
}

int
vsnprintf(char *buf, size_t size, const char *format, va_list ap)
{
	struct array a = { { fill, 0 }, buf, size > 0 ? size - 1 : 0 };
	int n = __format(&a.sink, format, ap);

	if (size > 0)
		buf[a.sink.total < a.room ? a.sink.total : a.room] = '\0';
	return n;
}

int
snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}

int
vsprintf(char *buf, const char *format, va_list ap)
{
	return vsnprintf(buf, (size_t)INT_MAX + 1, format, ap);
}

int
sprintf(char *buf, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsprintf(buf, format, ap);
	va_end(ap);
	return n;
}

int
vasprintf(char **result, const char *format, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	*result = n >= 0 ? malloc((size_t)n + 1) : NULL;
	if (*result == NULL)
		return -1;
	return vsnprintf(*result, (size_t)n + 1, format, ap);
}

int
asprintf(char **result, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(result, format, ap);
	va_end(ap);
	return n;
}
