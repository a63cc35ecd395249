// SPDX-License-Identifier: BSD-2-Clause
// Around each in-kernel test: does it give everything back, and does it end.
// Written for Kestrel.
#pragma once

// selftest_audit_start: note how many items each zone has in use, and the free frames.
// selftest_audit_end: compare; what is missing for good counts as a failed expectation, and makes
// the result false. Thread context, no locks; may sleep for some ticks. For one run at a time.
void selftest_audit_start();
bool selftest_audit_end();

// selftest_watch_start: unless selftest_watch_stop comes within kern.selftest.timeout seconds,
// print every thread with what it waits for, and power off as a watchdog.
void selftest_watch_start();
void selftest_watch_stop();
