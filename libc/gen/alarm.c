// SPDX-License-Identifier: BSD-2-Clause
// alarm and ualarm, over the real-time interval timer.
// POSIX.

#include <sys/time.h>
#include <unistd.h>

unsigned int
alarm(unsigned int seconds)
{
	struct itimerval value = { .it_value.tv_sec = (time_t)seconds }, old;

	if (setitimer(ITIMER_REAL, &value, &old) != 0)
		return (unsigned int)-1;
	return (unsigned int)(old.it_value.tv_sec + (old.it_value.tv_usec > 0));
}

useconds_t
ualarm(useconds_t first, useconds_t interval)
{
	struct itimerval value = {
		.it_value = { (time_t)(first / 1000000), (suseconds_t)(first % 1000000) },
		.it_interval = { (time_t)(interval / 1000000), (suseconds_t)(interval % 1000000) },
	}, old;

	if (setitimer(ITIMER_REAL, &value, &old) != 0)
		return (useconds_t)-1;
	return (useconds_t)(old.it_value.tv_sec * 1000000 + old.it_value.tv_usec);
}
