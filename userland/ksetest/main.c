// SPDX-License-Identifier: BSD-2-Clause
// ksetest: plays scenarios on kernel scheduled entities, tells what happens, checks the facts.
// Written for Kestrel.
#include "scenarios.h"

#include <stdlib.h>
#include <unistd.h>

struct scale scale = { .kses = 2, .threads = 4, .rounds = 3 };

static const char usage_text[] =
    "usage: ksetest [-hqt] [-k KSES] [-n THREADS] [-r ROUNDS]\n"
    "Plays with kernel scheduled entities through a user thread scheduler of its own,\n"
    "tells the story a line an event, and checks facts.\n"
    "  -k KSES     KSEs in one group, 1 to 4 (2)\n"
    "  -n THREADS  user threads in one group, 1 to 30 (4)\n"
    "  -r ROUNDS   naps, bytes or steps of each thread, 1 to 1000 (3)\n"
    "  -q          facts only, no story\n"
    "  -t          facts as TAP, the story as its comments\n"
    "  -h          this text\n"
    "Exit status: 0 if all facts are right, else 1.\n";

static _Noreturn void
usage(FILE *where, int status)
{
	fputs(usage_text, where);
	exit(status);
}

static int
number(const char *text, int highest)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < 1 || value > highest)
		usage(stderr, 1);
	return (int)value;
}

int
main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "hk:n:qr:t")) != -1) {
		switch (option) {
		case 'h':
			usage(stdout, 0);
		case 'k':
			scale.kses = number(optarg, UTS_MAXKSES / 2);
			break;
		case 'n':
			scale.threads = number(optarg, UTS_MAXTHREADS / 2 - 2);
			break;
		case 'q':
			story_quiet = true;
			break;
		case 'r':
			scale.rounds = number(optarg, 1000);
			break;
		case 't':
			story_tap = true;
			break;
		default:
			usage(stderr, 1);
		}
	}
	if (optind != argc)
		usage(stderr, 1);
	scenario_errors();
	scenario_one_kse();
	scenario_several();
	scenario_two_groups();
	scenario_borrowed();
	scenario_idle();
	scenario_signals();
	scenario_errors_inside();
	return story_end();
}
