// SPDX-License-Identifier: BSD-2-Clause
// Calendar time, clocks and sleeping.
// C11 7.27 and POSIX names.
#pragma once

#include <sys/time.h>

#define CLOCKS_PER_SEC	128	// unit of clock(), as FreeBSD 5.x

struct tm {
	int	tm_sec;		// 0 .. 60
	int	tm_min;		// 0 .. 59
	int	tm_hour;	// 0 .. 23
	int	tm_mday;	// 1 .. 31
	int	tm_mon;		// 0 .. 11
	int	tm_year;	// since 1900
	int	tm_wday;	// 0 .. 6, Sunday is 0
	int	tm_yday;	// 0 .. 365
	int	tm_isdst;	// always 0: the only zone is UTC
	long	tm_gmtoff;	// always 0
	char	*tm_zone;	// "UTC"
};

ABI_BEGIN_C
time_t time(time_t *t);
clock_t clock(void);
double difftime(time_t end, time_t start);
struct tm *gmtime_r(const time_t *t, struct tm *tm);
struct tm *gmtime(const time_t *t);
struct tm *localtime(const time_t *t);
time_t timegm(struct tm *tm);
time_t mktime(struct tm *tm);
size_t strftime(char *buf, size_t size, const char *format, const struct tm *tm);
int nanosleep(const struct timespec *request, struct timespec *remain);
int clock_gettime(clockid_t clock, struct timespec *ts);
ABI_END_C
