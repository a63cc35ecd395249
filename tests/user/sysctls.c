// SPDX-License-Identifier: BSD-2-Clause
// __sysctl: names, sizes, reading, writing, walking, and its error returns.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>

#define KNOB	"kern.threads.max_per_proc"

static bool
fails(int answer, int error)
{
	return answer == -1 && errno == error;
}

static void
reading(void)
{
	char text[64];
	int name[CTL_MAXNAME] = { CTL_KERN, KERN_OSTYPE }, page = 0, byname = 0;
	size_t size = sizeof text, other;

	is(sysctl(name, 2, text, &size, NULL, 0), 0, "kern.ostype by number");
	ok(size > 1 && size == strlen(text) + 1, "a string with its NUL");
	is(sysctl(name, 2, NULL, &other, NULL, 0), 0, "asked for its size alone");
	is((long)other, (long)size, "which is the same");
	size = 2;
	ok(fails(sysctl(name, 2, text, &size, NULL, 0), ENOMEM), "a buffer too short: ENOMEM");
	name[0] = CTL_HW;
	name[1] = HW_PAGESIZE;
	size = sizeof page;
	is(sysctl(name, 2, &page, &size, NULL, 0), 0, "hw.pagesize");
	is(page, 4096, "is 4096");
	size = sizeof byname;
	ok(sysctlbyname("hw.pagesize", &byname, &size, NULL, 0) == 0 && byname == page,
	    "the same by name");
	struct clockinfo clock;
	size = sizeof clock;
	ok(sysctlbyname("kern.clockrate", &clock, &size, NULL, 0) == 0 && clock.hz > 0 &&
	    clock.tick == 1000000 / clock.hz, "kern.clockrate is consistent");
}

static void
writing(void)
{
	int before = 0, value, again = 0;
	size_t size = sizeof before;

	if (!is(sysctlbyname(KNOB, &before, &size, NULL, 0), 0, "read of " KNOB))
		return;
	value = before + 1;
	is(sysctlbyname(KNOB, &again, &size, &value, sizeof value), 0, "read and write in one");
	is(again, before, "gives the old value");
	ok(sysctlbyname(KNOB, &again, &size, NULL, 0) == 0 && again == value,
	    "the new value is there");
	ok(fails(sysctlbyname(KNOB, NULL, NULL, &value, 2), EINVAL), "a short new value: EINVAL");
	is(sysctlbyname(KNOB, NULL, NULL, &before, sizeof before), 0, "the old value again");
	ok(fails(sysctlbyname("hw.pagesize", NULL, NULL, &value, sizeof value), EPERM),
	    "write of what is read-only: EPERM");
}

static void
names(void)
{
	int mib[CTL_MAXNAME], bad[2] = { CTL_KERN, 54321 };
	char text[64];
	size_t size = CTL_MAXNAME;

	is(sysctlnametomib("kern.ostype", mib, &size), 0, "sysctlnametomib");
	ok(size == 2 && mib[0] == CTL_KERN && mib[1] == KERN_OSTYPE, "finds the numbers");
	size = sizeof text;
	ok(fails(sysctlbyname("no.such.name", text, &size, NULL, 0), ENOENT),
	    "an unknown name: ENOENT");
	ok(fails(sysctl(bad, 2, text, &size, NULL, 0), ENOENT), "an unknown number: ENOENT");
	bad[1] = KERN_PROC;
	ok(fails(sysctl(bad, 2, text, &size, NULL, 0), EISDIR), "a node is no variable: EISDIR");
	ok(fails(sysctl(bad, 0, text, &size, NULL, 0), EINVAL), "a name of no numbers: EINVAL");
	ok(fails(sysctl(bad, CTL_MAXNAME + 1, text, &size, NULL, 0), EINVAL),
	    "a name of too many: EINVAL");
}

static void
walking(void)
{
	int query[CTL_MAXNAME + 2] = { CTL_SYSCTL, CTL_SYSCTL_NEXT, 1 }, next[CTL_MAXNAME];
	int count = 0, unnamed = 0, unordered = 0, threads = 0;
	unsigned int length = 1;
	size_t size = sizeof next;

	while (count < 2000 && sysctl(query, length + 2, next, &size, NULL, 0) == 0) {
		char name[CTL_MAXSTR];
		size_t room = sizeof name;
		unsigned int got = (unsigned int)(size / sizeof(int));

		unordered += count > 0 && got == length && memcmp(next, query + 2, size) == 0;
		memcpy(query + 2, next, size);
		length = got;
		query[1] = CTL_SYSCTL_NAME;
		if (sysctl(query, length + 2, name, &room, NULL, 0) != 0 ||
		    strchr(name, '.') == NULL)
			unnamed++;
		else
			threads += strncmp(name, "kern.threads.", 13) == 0;
		query[1] = CTL_SYSCTL_NEXT;
		size = sizeof next;
		count++;
	}
	ok(count > 10 && count < 2000, "a walk through all variables ends");
	is(unordered, 0, "and never stands still");
	is(unnamed, 0, "each has a name");
	ok(threads >= 4, "kern.threads has %d variables", threads);
	diag("%d variables", count);
}

static void
processes(void)
{
	static struct kinfo_proc all[64];
	static struct kinfo_thread threads[128];
	size_t size = sizeof all;
	int found = 0, mine = 0;

	if (!is(sysctlbyname("kern.proc.all", all, &size, NULL, 0), 0, "kern.proc.all"))
		return;
	for (size_t i = 0; i < size / sizeof all[0]; i++) {
		if (all[i].ki_pid != getpid())
			continue;
		found++;
		ok(all[i].ki_structsize == sizeof all[0] && all[i].ki_ppid == getppid() &&
		    all[i].ki_numthreads == 1 && all[i].ki_numkses == 1 &&
		    all[i].ki_numksegrps == 1, "shows this process: one thread, KSE and group");
		ok((all[i].ki_flag & KI_P_KSES) == 0, "not in KSE mode");
	}
	is(found, 1, "once");
	size = sizeof threads;
	is(sysctlbyname("kern.proc.threads", threads, &size, NULL, 0), 0, "kern.proc.threads");
	for (size_t i = 0; i < size / sizeof threads[0]; i++) {
		if (threads[i].kt_pid == getpid())
			mine += threads[i].kt_td_state == KI_TDS_RUNNING;
	}
	is(mine, 1, "shows our thread, and that it runs");
}

int
main(void)
{
	reading();
	writing();
	names();
	walking();
	processes();
	return done_testing();
}
