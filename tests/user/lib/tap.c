// SPDX-License-Identifier: BSD-2-Clause
// Verdicts of a user test in the Test Anything Protocol.
// Written for Kestrel.
#include "../tap.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define LINE_LENGTH	256

static int checks, failures;
static bool is_child;

static void
line(const char *before, const char *format, va_list ap, const char *after)
{
	char text[LINE_LENGTH];
	size_t length, sent = 0;
	int n = snprintf(text, sizeof text, "%s", before);

	vsnprintf(text + n, sizeof text - (size_t)n - 1, format, ap);
	length = strlen(text);
	length += (size_t)snprintf(text + length, sizeof text - length - 1, "%s", after);
	if (length > sizeof text - 2)
		length = sizeof text - 2;
	text[length++] = '\n';
	while (sent < length) {
		ssize_t written = write(STDOUT_FILENO, text + sent, length - sent);
		if (written <= 0)
			_exit(1);
		sent += (size_t)written;
	}
}

static void
verdict(bool truth, const char *format, va_list ap, const char *after)
{
	char before[32];

	checks++;
	if (!truth)
		failures++;
	if (is_child)
		snprintf(before, sizeof before, "#   in a child, %s: ", truth ? "held" : "FAILED");
	else
		snprintf(before, sizeof before, "%sok %d - ", truth ? "" : "not ", checks);
	line(before, format, ap, after);
}

bool
ok(bool truth, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verdict(truth, format, ap, "");
	va_end(ap);
	return truth;
}

bool
is(long got, long expected, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verdict(got == expected, format, ap, "");
	va_end(ap);
	if (got != expected)
		diag("got %ld (%#lx), expected %ld (%#lx)", got, (unsigned long)got, expected,
		    (unsigned long)expected);
	return got == expected;
}

void
skip(const char *reason, const char *format, ...)
{
	char after[LINE_LENGTH / 2];
	va_list ap;

	snprintf(after, sizeof after, " # SKIP %s", reason);
	va_start(ap, format);
	verdict(true, format, ap, after);
	va_end(ap);
}

void
diag(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line("# ", format, ap, "");
	va_end(ap);
}

_Noreturn void
bail_out(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	line("Bail out! ", format, ap, "");
	va_end(ap);
	_exit(1);
}

void
in_child(void)
{
	is_child = true;
	checks = failures = 0;
}

int
failed(void)
{
	return failures;
}

int
done_testing(void)
{
	diag("%d of %d facts held", checks - failures, checks);
	dprintf(STDOUT_FILENO, "1..%d\n", checks);
	return failures == 0 ? 0 : 1;
}
