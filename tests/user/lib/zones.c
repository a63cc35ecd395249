// SPDX-License-Identifier: BSD-2-Clause
// The kernel's zones as a test sees them.
// Written for Kestrel.
#include "zones.h"
#include "child.h"
#include "../tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>

#define TEXT_SIZE	8192
#define TRIES		50

// A line is "NAME: size, limit, used, free, requests"; names may contain blanks.
static bool
read_line(const char *text, struct zone_count *zone)
{
	const char *colon = strchr(text, ':');
	const char *end = strchr(text, '\n');
	char *next;

	if (colon == NULL || (end != NULL && colon > end))
		return false;
	while (colon > text && *text == ' ')
		text++;
	size_t length = (size_t)(colon - text);
	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length >= sizeof zone->name)
		length = sizeof zone->name - 1;
	memcpy(zone->name, text, length);
	zone->name[length] = '\0';
	strtol(colon + 1, &next, 10);
	for (int column = 1; column <= 2; column++) {
		next += strspn(next, ", ");
		zone->used = strtol(next, &next, 10);
	}
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
		if (used == before->zone[i].used)
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
