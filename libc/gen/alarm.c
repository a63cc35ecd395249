// SPDX-License-Identifier: BSD-2-Clause
// alarm, over the real-time interval timer.
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
