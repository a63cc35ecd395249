// SPDX-License-Identifier: BSD-2-Clause
// The kernel's zones as a test sees them: is everything given back?
// Written for Kestrel.
#pragma once

#include <stdbool.h>

#define ZONES_MAX	64

struct zone_count {
	char	name[20];
	long	used;
};
struct zones {
	int			count;
	struct zone_count	zone[ZONES_MAX];
};

// zones_read: the USED column of the sysctl vm.zone. Whether it could be read.
bool zones_read(struct zones *z);
// zones_used: that of one zone, -1 if there is none of the name.
long zones_used(const struct zones *z, const char *name);
// zones_settled: ok() of "every zone is back at its count", but for the allocator's own. Ended
// threads are freed by the next who makes one, so some forks and naps are spent on it first.
bool zones_settled(const struct zones *before, const char *what);
// zones_warm: fork and wait some times, so that what is made once and kept is there before the
// first count.
void zones_warm(void);
