// SPDX-License-Identifier: BSD-2-Clause
// Calendar time. The only zone is UTC.
// C11 7.27.3; the proleptic Gregorian calendar by days counted from 1 March of the year 0.

#include <time.h>

#define SECONDS_A_DAY	86400
#define DAYS_A_CYCLE	146097	// 400 years
#define EPOCH_DAY	719468	// 1970-01-01 counted from 0000-03-01

static long long
floor_div(long long n, long long d)
{
	return n / d - (n % d < 0);
}

// day_number: days since 1970-01-01; month 0 .. 11.
static long long
day_number(long long year, int month, int day)
{
	long long y = year - (month < 2), cycle = floor_div(y, 400), in_cycle = y - cycle * 400;
	int from_march = (month + 10) % 12;

	return cycle * DAYS_A_CYCLE + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 +
	    (153 * from_march + 2) / 5 + day - 1 - EPOCH_DAY;
}

struct tm *
gmtime_r(const time_t *t, struct tm *tm)
{
	long long days = floor_div(*t, SECONDS_A_DAY), z = days + EPOCH_DAY;
	long long cycle = floor_div(z, DAYS_A_CYCLE), year;
	int seconds = (int)(*t - days * SECONDS_A_DAY);
	int day = (int)(z - cycle * DAYS_A_CYCLE);
	int in_cycle = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int of_year = day - (365 * in_cycle + in_cycle / 4 - in_cycle / 100);
	int from_march = (5 * of_year + 2) / 153;

	tm->tm_mday = of_year - (153 * from_march + 2) / 5 + 1;
	tm->tm_mon = (from_march + 2) % 12;
	year = cycle * 400 + in_cycle + (tm->tm_mon < 2);
	tm->tm_year = (int)(year - 1900);
	tm->tm_yday = (int)(days - day_number(year, 0, 1));
	tm->tm_wday = (int)(((days + 4) % 7 + 7) % 7);
	tm->tm_hour = seconds / 3600;
	tm->tm_min = seconds / 60 % 60;
	tm->tm_sec = seconds % 60;
	tm->tm_isdst = 0;
	tm->tm_gmtoff = 0;
	tm->tm_zone = (char *)"UTC";
	return tm;
}

struct tm *
gmtime(const time_t *t)
{
	static struct tm tm;

	return gmtime_r(t, &tm);
}

struct tm *
localtime(const time_t *t)
{
	return gmtime(t);
}

// Fields may be out of range; they are brought into it.
time_t
timegm(struct tm *tm)
{
	long long months = (tm->tm_year + 1900LL) * 12 + tm->tm_mon, year = floor_div(months, 12);
	long long seconds = day_number(year, (int)(months - year * 12), 1) + tm->tm_mday - 1;
	time_t t;

	seconds = seconds * SECONDS_A_DAY + tm->tm_hour * 3600LL + tm->tm_min * 60LL + tm->tm_sec;
	t = (time_t)seconds;
	if (t != seconds)
		return -1;
	gmtime_r(&t, tm);
	return t;
}

time_t
mktime(struct tm *tm)
{
	return timegm(tm);
}
