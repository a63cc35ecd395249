// SPDX-License-Identifier: BSD-2-Clause
// Time values, clocks and interval timers.
// Layouts and numbers of FreeBSD 5.x on the i386, where seconds are 32 bits wide.
#pragma once

#include <sys/types.h>

struct timespec {
	time_t	tv_sec;		// seconds
	long	tv_nsec;	// nanoseconds, 0 .. 999999999
};
ABI_SIZE(struct timespec, 8);
ABI_OFFSET(struct timespec, tv_nsec, 4);

struct timeval {
	time_t		tv_sec;		// seconds
	suseconds_t	tv_usec;	// microseconds, 0 .. 999999
};
ABI_SIZE(struct timeval, 8);
ABI_OFFSET(struct timeval, tv_usec, 4);

struct timezone {
	int	tz_minuteswest;	// minutes west of Greenwich
	int	tz_dsttime;	// kind of summer time; always 0
};
ABI_SIZE(struct timezone, 8);

#define ITIMER_REAL	0	// wall clock; SIGALRM
#define ITIMER_VIRTUAL	1	// user time of the process; SIGVTALRM
#define ITIMER_PROF	2	// user and system time; SIGPROF

struct itimerval {
	struct timeval	it_interval;	// reload value; zero: one shot
	struct timeval	it_value;	// time to the next expiry; zero: disarmed
};
ABI_SIZE(struct itimerval, 16);

#define CLOCK_REALTIME	0
#define CLOCK_VIRTUAL	1	// user time of the calling process
#define CLOCK_PROF	2	// user and system time of the calling process
#define CLOCK_MONOTONIC	4	// since boot, never set back

// Value of the sysctl kern.clockrate.
struct clockinfo {
	int	hz;		// clock interrupts a second
	int	tick;		// microseconds a clock interrupt
	int	spare;
	int	stathz;		// statistics clock, a second
	int	profhz;		// profiling clock, a second
};
ABI_SIZE(struct clockinfo, 20);

ABI_BEGIN_C
int gettimeofday(struct timeval *tv, struct timezone *tz);
int getitimer(int which, struct itimerval *value);
int setitimer(int which, const struct itimerval *value, struct itimerval *old);
ABI_END_C
