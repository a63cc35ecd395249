// SPDX-License-Identifier: BSD-2-Clause
// Options of programs.
// POSIX getopt; optreset as in 4.4BSD. Options end at the first word that is none.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1, opterr = 1, optopt, optreset;

// complain: '?', or ':' where the caller asked to be told apart.
static int
complain(const char *options, const char *text, int result)
{
	if (options[0] == ':')
		return result;
	if (opterr)
		fprintf(stderr, "%s: %s -- %c\n", getprogname(), text, optopt);
	return '?';
}

int
getopt(int argc, char *const argv[], const char *options)
{
	static const char *place = "";	// inside the current word
	const char *option;

	if (optreset || *place == '\0') {
		optreset = 0;
		place = "";
		if (optind >= argc || argv[optind][0] != '-' || argv[optind][1] == '\0')
			return -1;
		if (strcmp(argv[optind], "--") == 0) {
			optind++;
			return -1;
		}
		place = argv[optind] + 1;
	}
	optopt = (unsigned char)*place++;
	option = optopt != ':' ? strchr(options, optopt) : NULL;
	if (*place == '\0')
		optind++;
	if (option == NULL)
		return complain(options, "illegal option", '?');
	if (option[1] != ':') {
		optarg = NULL;
		return optopt;
	}
	if (*place != '\0') {
		optarg = (char *)place;	// the rest of the word
		optind++;
	} else if (optind < argc) {
		optarg = argv[optind++];
	} else {
		return complain(options, "option requires an argument", ':');
	}
	place = "";
	return optopt;
}
