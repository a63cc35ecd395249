// SPDX-License-Identifier: BSD-2-Clause
// printf to streams and descriptors.
// C11 7.21.6; dprintf of POSIX.

#include <string.h>
#include <unistd.h>

#include "stdio_private.h"

// A sink that collects pieces for a stream or a descriptor, so that a line is one write.
struct collector {
	struct sink	sink;
	FILE		*fp;		// NULL: straight to fd
	int		fd;
	int		failed;
	size_t		used;
	char		buf[256];
};

static void
pass_on(struct collector *c, const char *text, size_t n)
{
	if (n == 0)
		return;
	if (c->fp != NULL) {
		c->failed |= __stream_write(c->fp, text, n) != n;
		return;
	}
	while (n > 0) {
		ssize_t written = write(c->fd, text, n);

		if (written < 0) {
			c->failed = 1;
			return;
		}
		text += written;
		n -= (size_t)written;
	}
}

static void
collect(struct sink *sink, const char *text, size_t n)
{
	struct collector *c = (struct collector *)sink;	// its first member

	if (n > sizeof(c->buf) - c->used) {
		pass_on(c, c->buf, c->used);
		c->used = 0;
	}
	if (n > sizeof(c->buf)) {
		pass_on(c, text, n);
		return;
	}
	memcpy(c->buf + c->used, text, n);
	c->used += n;
}

int
vfprintf(FILE *fp, const char *format, va_list ap)
{
	struct collector c;
	int n;

	c.sink = (struct sink){ collect, 0 };
	c.fp = fp;
	c.failed = 0;
	c.used = 0;
	stream_lock(fp);
	n = __format(&c.sink, format, ap);
	pass_on(&c, c.buf, c.used);
	stream_unlock(fp);
	return c.failed ? -1 : n;
}

int
vdprintf(int fd, const char *format, va_list ap)
{
	struct collector c;
	int n;

	c.sink = (struct sink){ collect, 0 };
	c.fp = NULL;
	c.fd = fd;
	c.failed = 0;
	c.used = 0;
	n = __format(&c.sink, format, ap);
	pass_on(&c, c.buf, c.used);
	return c.failed ? -1 : n;
}

int
vprintf(const char *format, va_list ap)
{
	return vfprintf(stdout, format, ap);
}

int
printf(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(stdout, format, ap);
	va_end(ap);
	return n;
}

int
fprintf(FILE *fp, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(fp, format, ap);
	va_end(ap);
	return n;
}

int
dprintf(int fd, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vdprintf(fd, format, ap);
	va_end(ap);
	return n;
}
