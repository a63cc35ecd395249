// SPDX-License-Identifier: BSD-2-Clause
// The kernel's zones as a test sees them.
// Written for Kestrel.
#include "zones.h"
#include "child.h"
#include "../tap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>

#define TEXT_SIZE	8192
#define TRIES		50
#define NUMBERS		6	// of a line
#define USED		2	// which of them

// A line is "NAME size limit used free requests failures"; names may contain blanks, and after the
// last number comes the end of the line. The header has no numbers.
static bool
read_line(const char *text, struct zone_count *zone)
{
	size_t length = strcspn(text, "\n"), end = length;
	long numbers[NUMBERS];

	for (int i = NUMBERS - 1; i >= 0; i--) {
		size_t start;

		while (end > 0 && text[end - 1] == ' ')
			end--;
		for (start = end; start > 0 && isdigit((unsigned char)text[start - 1]); start--)
			continue;
		if (start == end || start == 0 || text[start - 1] != ' ')
			return false;
		numbers[i] = strtol(text + start, NULL, 10);
		end = start;
	}
	while (end > 0 && text[end - 1] == ' ')
		end--;
	if (end == 0 || end >= sizeof zone->name)
		return false;
	memcpy(zone->name, text, end);
	zone->name[end] = '\0';
	zone->used = numbers[USED];
	return true;
}

bool
zones_read(struct zones *z)
{
	static char text[TEXT_SIZE];
	size_t size = sizeof text - 1;

	z->count = 0;
	if (sysctlbyname("vm.zone", text, &size, NULL, 0) != 0)
		return false;
	text[size] = '\0';
	for (char *p = text; *p != '\0' && z->count < ZONES_MAX; ) {
		if (read_line(p, &z->zone[z->count]))
			z->count++;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return z->count > 0;
}

long
zones_used(const struct zones *z, const char *name)
{
	for (int i = 0; i < z->count; i++) {
		if (strcmp(z->zone[i].name, name) == 0)
			return z->zone[i].used;
	}
	return -1;
}

static int
nothing(void *arg)
{
	(void)arg;
	return 0;
}

void
zones_warm(void)
{
	for (int i = 0; i < 4; i++)
		child_run(nothing, NULL);
	milliseconds(20);
}

static int
differences(const struct zones *before, const struct zones *now, bool tell)
{
	int different = 0;

	for (int i = 0; i < before->count; i++) {
		long used = zones_used(now, before->zone[i].name);
		// The allocator's own records follow what other zones keep for later.
		if (used == before->zone[i].used || strncmp(before->zone[i].name, "UMA ", 4) == 0)
			continue;
		different++;
		if (tell)
			diag("zone %s: %ld in use, %ld before", before->zone[i].name, used,
			    before->zone[i].used);
	}
	return different;
}

bool
zones_settled(const struct zones *before, const char *what)
{
	static struct zones now;

	for (int i = 0; i < TRIES; i++) {
		if (zones_read(&now) && differences(before, &now, false) == 0)
			break;
		child_run(nothing, NULL);
		milliseconds(10);
	}
	if (ok(now.count > 0 && differences(before, &now, false) == 0, "%s", what))
		return true;
	differences(before, &now, true);
	return false;
}
