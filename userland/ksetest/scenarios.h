// SPDX-License-Identifier: BSD-2-Clause
// The scenarios that ksetest plays, and what they share.
// Written for Kestrel.
#pragma once

#include "story.h"
#include "uts.h"

// How large, from the command line.
struct scale {
	int	kses;		// in one group, 1 .. UTS_MAXKSES / 2
	int	threads;	// in one group, 1 .. UTS_MAXTHREADS / 2 - 1
	int	rounds;		// of each thread's work
};
extern struct scale scale;

// Each is one file and one chapter of the story. It enters KSE mode and leaves it again.
void scenario_errors(void);	// errors_outside.c, errors_inside.c: every error return
void scenario_errors_inside(void);
void scenario_one_kse(void);	// one_kse.c: blocked and completed threads on one KSE
void scenario_several(void);	// several.c: several KSEs in a group, work of three kinds
void scenario_two_groups(void);	// two_groups.c
void scenario_borrowed(void);	// borrowed.c: the UTS sleeps, a thread uses its KSE
void scenario_idle(void);	// idle.c: kse_release into idleness, kse_wakeup out of it
void scenario_signals(void);	// signals.c: a caught signal is the UTS's to hear of

// work.c: bodies of user threads. ut_arg scales them, ut_result is what they found.
// work_sleep naps ut_arg ms a round; its result is the number of naps that ended well. work_compute
// yields between its steps; its result is work_expected(ut_arg).
void work_sleep(struct uthread *self);
void work_compute(struct uthread *self);
int work_expected(int arg);
// One thread writes rounds bytes into pipe number ut_arg, another reads them; result: their sum.
void work_write(struct uthread *self);
void work_read(struct uthread *self);
int work_pipe_sum(int number);
// work_open: make the pipes. work_close: end them.
void work_open(int pipes);
void work_close(void);

// nap: sleep in the kernel; 0 when it slept to the end.
int nap(int milliseconds);
// errno_is: the call's answer was -1, and this the reason. For one KSE at a time: errno is shared.
bool errno_is(int answer, int error);
// run_threads: uts_start, join, uts_stop, and the checks that hold for every scenario. At least
// least_returns uses of the kernel must have ended by upcall.
void run_threads(unsigned int least_returns);
