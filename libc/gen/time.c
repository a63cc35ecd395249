// SPDX-License-Identifier: BSD-2-Clause
// Clocks and sleeping, over the system's calls.
// C11 7.27 and POSIX.

#include <errno.h>
#include <time.h>
#include <unistd.h>

time_t
time(time_t *t)
{
	struct timeval now;

	if (gettimeofday(&now, NULL) != 0)
		return -1;
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

// The process's own CPU time; time since boot where the kernel does not account it.
clock_t
clock(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROF, &ts) != 0 && clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		return (clock_t)-1;
	return (clock_t)ts.tv_sec * CLOCKS_PER_SEC +
	    (clock_t)(ts.tv_nsec / (1000000000 / CLOCKS_PER_SEC));
}

double
difftime(time_t end, time_t start)
{
	return (double)end - (double)start;
}

unsigned int
sleep(unsigned int seconds)
{
	struct timespec rest, request = { .tv_sec = (time_t)(seconds & 0x7fffffff) };

	if (nanosleep(&request, &rest) == 0)
		return 0;
	return errno == EINTR ? (unsigned int)(rest.tv_sec + (rest.tv_nsec > 0)) : seconds;
}

int
usleep(useconds_t microseconds)
{
	struct timespec request = { .tv_sec = (time_t)(microseconds / 1000000),
	    .tv_nsec = (long)(microseconds % 1000000) * 1000 };

	return nanosleep(&request, NULL);
}
