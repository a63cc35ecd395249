// SPDX-License-Identifier: BSD-2-Clause
// Storms on the threading subsystem, from a seed: nothing is lost, nothing is left.
// Usage: stress [KIND [SEED [SIZE]]]; without KIND a short run of each.
// Written for Kestrel.
#include "stress.h"

#include "../user/lib/child.h"
#include "../user/lib/zones.h"
#include "../user/tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

char *stress_path;

static const struct kind {
	const char	*name;
	int		(*body)(void *);
	long		size;		// of a short run
	const char	*counts;
} kinds[] = {
	{ "upcalls", stress_upcalls, 2000, "blocking calls" },
	{ "forks", stress_forks, 6, "rounds" },
	{ "kses", stress_kses, 10, "rounds" },
	{ "stops", stress_stops, 40, "stops" },
	{ "random", stress_random, 40, "steps of each thread" },
};
#define KINDS	(sizeof kinds / sizeof kinds[0])

static void
run(const struct kind *kind, uint32_t seed, long size)
{
	static struct zones before;
	struct stress stress = { seed, size };

	zones_warm();
	zones_read(&before);
	child_is(child_run(kind->body, &stress), 0, kind->name);
	diag("seed %u, %ld %s", (unsigned)seed, size, kind->counts);
	check_structures();
	zones_settled(&before, "the kernel has everything back");
}

int
main(int argc, char **argv)
{
	int quiet = 0;

	stress_path = argv[0];
	if (argc == 3 && strcmp(argv[1], "--exit") == 0)
		return atoi(argv[2]);
	sysctlbyname("kern.threads.oiks", NULL, NULL, &quiet, sizeof quiet);
	if (argc < 2) {
		for (size_t i = 0; i < KINDS; i++)
			run(&kinds[i], 1, kinds[i].size);
		return done_testing();
	}
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(argv[1], kinds[i].name) == 0) {
			run(&kinds[i], argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1,
			    argc > 3 ? atoi(argv[3]) : kinds[i].size);
			return done_testing();
		}
	}
	bail_out("no such storm: %s", argv[1]);
}
