// SPDX-License-Identifier: BSD-2-Clause
// What happens, as lines of text: collected anywhere, printed at safe moments; and the verdicts.
// Written for Kestrel.
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct ukse;

extern bool story_tap;		// -t: verdicts as TAP, the story as its comments
extern bool story_quiet;	// -q: no story

// story: note an event of a KSE (NULL: of the program). Never blocks, makes no system call: the
// line goes to memory. Safe in the UTS, in threads, with or without locks. A macro, so that who
// wants no story does not even pass it on.
void story_note(const struct ukse *k, const char *format, ...) __printf_like(2, 3);
#define story(...)				\
	do {					\
		if (!story_quiet)		\
			story_note(__VA_ARGS__);	\
	} while (0)
// story_flush: print what has been noted. Makes system calls, so only with km_curthread NULL and no
// lock held, or outside KSE mode.
void story_flush(void);
// story_fatal: the scheduler itself is broken: print and exit with status 1.
_Noreturn void story_fatal(const char *what);

// chapter: a scenario begins. check: a fact that must be true; printed, counted. Both outside KSE
// mode only. story_end: the plan or the summary; the exit status.
void chapter(const char *title);
void check(bool truth, const char *format, ...) __printf_like(2, 3);
int story_end(void);
