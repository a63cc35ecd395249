// SPDX-License-Identifier: BSD-2-Clause
// Verdicts of a user test in the Test Anything Protocol.
// Written for Kestrel.
#pragma once

#include <stdbool.h>
#include <stdio.h>

// Each line is one write of its own on descriptor 1: nothing is buffered that a fork could double,
// and no lock is taken that a blocked user thread could hold.

// ok: a fact that must be true. is: two numbers that must be equal; a difference is printed.
// Both tell whether it held.
bool ok(bool truth, const char *format, ...) __printf_like(2, 3);
bool is(long got, long expected, const char *format, ...) __printf_like(3, 4);
// skip: a fact that cannot be checked here.
void skip(const char *reason, const char *format, ...) __printf_like(2, 3);
// diag: a line of comment.
void diag(const char *format, ...) __printf_like(1, 2);
// bail_out: the test cannot go on. Exit status 1.
_Noreturn void bail_out(const char *format, ...) __printf_like(1, 2);
// in_child: call after fork in a child that judges too: its verdicts become comments, and count
// from 0. failed: how many did not hold. child_start of lib/child.h calls in_child.
void in_child(void);
int failed(void);
// done_testing: the plan, which comes last so that a test that stops early has none. The exit
// status: 0 if all facts held.
int done_testing(void);
