// SPDX-License-Identifier: BSD-2-Clause
// Error messages with the program's name.
// 4.4BSD err(3).

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// say: "program: text", with ": reason" for an error number that is not negative.
static void
say(int error, const char *format, va_list ap)
{
	char text[512];

	if (format != NULL)
		vsnprintf(text, sizeof(text), format, ap);
	else
		text[0] = '\0';
	fflush(stdout);
	fprintf(stderr, "%s: %s%s%s\n", getprogname(), text,
	    error >= 0 && format != NULL ? ": " : "", error >= 0 ? strerror(error) : "");
}

void
vwarn(const char *format, va_list ap)
{
	say(errno, format, ap);
}

void
vwarnx(const char *format, va_list ap)
{
	say(-1, format, ap);
}

_Noreturn void
verr(int status, const char *format, va_list ap)
{
	say(errno, format, ap);
	exit(status);
}

_Noreturn void
verrx(int status, const char *format, va_list ap)
{
	say(-1, format, ap);
	exit(status);
}

void
warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vwarn(format, ap);
	va_end(ap);
}

void
warnx(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vwarnx(format, ap);
	va_end(ap);
}

_Noreturn void
err(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verr(status, format, ap);
}

_Noreturn void
errx(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verrx(status, format, ap);
}
