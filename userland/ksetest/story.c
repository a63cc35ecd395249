// SPDX-License-Identifier: BSD-2-Clause
// A ring of lines that any thread may add to, and a single printer at a time.
// Written for Kestrel.
#include "story.h"
#include "uts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES		1024	// noted and not yet printed, at most
#define LINE_LENGTH	96

// A writer claims a line by its number, fills it, then stores number + 1: the printer waits for
// nobody, it stops at the first line that is not complete.
struct line {
	unsigned int	complete;
	char		text[LINE_LENGTH];
};

bool story_tap, story_quiet;

static struct line lines[LINES];
static unsigned int noted, printed, dropped;
static int printing;		// 1: somebody prints
static int checks, failures;

static void
put(const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, text, length);
		if (n <= 0)
			_exit(1);
		text += n;
		length -= (size_t)n;
	}
}

void
story_note(const struct ukse *k, const char *format, ...)
{
	unsigned int number;
	va_list ap;

	number = __atomic_load_n(&noted, __ATOMIC_RELAXED);
	do {
		if (number - __atomic_load_n(&printed, __ATOMIC_ACQUIRE) >= LINES) {
			__atomic_fetch_add(&dropped, 1, __ATOMIC_RELAXED);
			return;
		}
	} while (!__atomic_compare_exchange_n(&noted, &number, number + 1, false,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED));

	struct line *l = &lines[number % LINES];
	const char *mark = story_tap ? "# " : "";
	int used = k == NULL ? snprintf(l->text, sizeof l->text, "%s         ", mark) :
	    snprintf(l->text, sizeof l->text, "%s  KSE %d  ", mark, k->uk_id);
	va_start(ap, format);
	vsnprintf(l->text + used, sizeof l->text - (size_t)used - 1, format, ap);
	va_end(ap);
	strcat(l->text, "\n");
	__atomic_store_n(&l->complete, number + 1, __ATOMIC_RELEASE);
}

void
story_flush(void)
{
	char text[64];

	if (__atomic_exchange_n(&printing, 1, __ATOMIC_ACQUIRE) != 0)
		return;
	for (;;) {
		struct line *l = &lines[printed % LINES];
		if (__atomic_load_n(&l->complete, __ATOMIC_ACQUIRE) != printed + 1)
			break;
		put(l->text);
		__atomic_store_n(&printed, printed + 1, __ATOMIC_RELEASE);
	}
	unsigned int lost = __atomic_exchange_n(&dropped, 0, __ATOMIC_RELAXED);
	if (lost != 0) {
		snprintf(text, sizeof text, "%s  (%u more lines)\n", story_tap ? "#" : "", lost);
		put(text);
	}
	__atomic_store_n(&printing, 0, __ATOMIC_RELEASE);
}

_Noreturn void
story_fatal(const char *what)
{
	story_flush();
	put(story_tap ? "Bail out! " : "ksetest: ");
	put(what);
	put("\n");
	_exit(1);
}

void
chapter(const char *title)
{
	char text[128];

	story_flush();
	snprintf(text, sizeof text, "%s%s\n", story_tap ? "# ---- " : "\n== ", title);
	put(text);
}

void
check(bool truth, const char *format, ...)
{
	char what[128], text[160];
	va_list ap;

	story_flush();
	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	checks++;
	if (!truth)
		failures++;
	if (story_tap)
		snprintf(text, sizeof text, "%sok %d - %s\n", truth ? "" : "not ", checks, what);
	else
		snprintf(text, sizeof text, "   %s  %s\n", truth ? "right:" : "WRONG:", what);
	put(text);
}

int
story_end(void)
{
	char text[80];

	story_flush();
	if (story_tap)
		snprintf(text, sizeof text, "1..%d\n", checks);
	else
		snprintf(text, sizeof text, "\n%d facts checked, %d wrong\n", checks, failures);
	put(text);
	return failures == 0 ? 0 : 1;
}
