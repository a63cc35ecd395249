// SPDX-License-Identifier: BSD-2-Clause
// Child processes of a test: run something in one, and judge how it ended.
// Written for Kestrel.
#pragma once

#include <stdbool.h>

// child_run: fork, run body(arg), exit with its result; wait. The wait status, or -1 if it could
// not be run.
int child_run(int (*body)(void *), void *arg);
// child_start, child_wait: the halves. child_start gives the pid.
int child_start(int (*body)(void *), void *arg);
int child_wait(int pid);

// child_says: a wait status in words ("exit 3", "signal 11"); valid until the next call.
const char *child_says(int status);
// child_is, child_died: ok() of "the child exited with this value", "a signal ended it".
bool child_is(int status, int value, const char *what);
bool child_died(int status, int signal, const char *what);

// milliseconds: sleep in the kernel.
void milliseconds(int count);
