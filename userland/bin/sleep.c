// SPDX-License-Identifier: BSD-2-Clause
// sleep SECONDS: wait so long; the number may have a fraction.
// As 4.4BSD's.

#include <err.h>
#include <stdlib.h>
#include <time.h>

int
main(int argc, char **argv)
{
	struct timespec request;
	double seconds;
	char *end;

	if (argc != 2)
		errx(2, "usage: sleep SECONDS");
	seconds = strtod(argv[1], &end);
	if (end == argv[1] || *end != '\0' || !(seconds >= 0 && seconds < 0x7fffffff))
		errx(2, "%s: not a number of seconds", argv[1]);
	request.tv_sec = (time_t)seconds;
	request.tv_nsec = (long)((seconds - (double)request.tv_sec) * 1e9);
	if (nanosleep(&request, NULL) != 0)
		err(1, "nanosleep");
	return 0;
}
