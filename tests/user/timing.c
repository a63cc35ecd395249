// SPDX-License-Identifier: BSD-2-Clause
// gettimeofday, clock_gettime, nanosleep: order and bounds; nothing that depends on how fast the
// machine runs.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <sys/time.h>

static long long
nanoseconds(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000LL + ts->tv_nsec;
}

static long long
now(clockid_t clock)
{
	struct timespec ts = { -1, -1 };

	if (clock_gettime(clock, &ts) != 0 || ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000)
		return -1;
	return nanoseconds(&ts);
}

static void
clocks(void)
{
	struct timeval tv = { -1, -1 };
	struct timezone tz;
	struct timespec ts;
	long long last = now(CLOCK_MONOTONIC), next;
	int backwards = 0, moved = 0;

	memset(&tz, 1, sizeof tz);
	ok(last >= 0, "clock_gettime(CLOCK_MONOTONIC)");
	for (int i = 0; i < 2000; i++) {
		next = now(CLOCK_MONOTONIC);
		backwards += next < last;
		moved += next > last;
		last = next;
	}
	is(backwards, 0, "it never goes back");
	struct timespec nap = { 0, 20000000 };
	nanosleep(&nap, NULL);
	ok(moved > 0 || now(CLOCK_MONOTONIC) > last, "it moves");
	is(gettimeofday(&tv, &tz), 0, "gettimeofday");
	ok(tv.tv_usec >= 0 && tv.tv_usec < 1000000, "its microseconds are less than a second");
	is(tz.tz_minuteswest, 0, "the zone is Greenwich");
	is(gettimeofday(NULL, NULL), 0, "gettimeofday without places to store is allowed");
	ok(clock_gettime(CLOCK_REALTIME, &ts) == 0 && ts.tv_sec >= tv.tv_sec &&
	    ts.tv_sec - tv.tv_sec < 100, "CLOCK_REALTIME is the same clock");
	ok(clock_gettime(12345, &ts) == -1 && errno == EINVAL, "an unknown clock: EINVAL");
}

static void
sleeping(void)
{
	static const long naps[] = { 1, 1000000, 10000000, 35000000 };
	struct timespec remaining;

	for (unsigned int i = 0; i < sizeof naps / sizeof naps[0]; i++) {
		struct timespec nap = { 0, naps[i] };
		long long before = now(CLOCK_MONOTONIC);
		int answer = nanosleep(&nap, NULL);
		long long slept = now(CLOCK_MONOTONIC) - before;
		if (!ok(answer == 0 && slept >= naps[i], "nanosleep of %ld ns is no shorter",
		    naps[i]))
			diag("answer %d after %lld ns", answer, slept);
	}
	struct timespec none = { 0, 0 }, odd = { 0, 1000000000 }, negative = { -1, 0 },
	    negative_part = { 0, -1 };
	is(nanosleep(&none, &remaining), 0, "nanosleep of nothing");
	ok(nanosleep(&odd, NULL) == -1 && errno == EINVAL, "a thousand million ns: EINVAL");
	ok(nanosleep(&negative_part, NULL) == -1 && errno == EINVAL, "negative ns: EINVAL");
	int answer = nanosleep(&negative, NULL);
	ok(answer == 0 || (answer == -1 && errno == EINVAL),
	    "negative seconds: at once, or EINVAL");
}

// Where time is that of instructions, ticks keep up with it: ten of them, and the one under way.
static void
exact_sleep(void)
{
	struct timespec nap = { 0, 100000000 };
	long long before = now(CLOCK_MONOTONIC);
	nanosleep(&nap, NULL);
	long long slept = now(CLOCK_MONOTONIC) - before;
	if (!ok(slept >= 100000000 && slept < 125000000, "a nap of 100 ms lasts no longer"))
		diag("%lld ns", slept);
}

// exact: the clock counts instructions, whatever the host does.
int
main(int argc, char **argv)
{
	clocks();
	sleeping();
	if (argc > 1 && strcmp(argv[1], "exact") == 0)
		exact_sleep();
	return done_testing();
}
