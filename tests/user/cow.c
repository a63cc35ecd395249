// SPDX-License-Identifier: BSD-2-Clause
// Copy on write: after fork, parent and child see the old bytes until they write their own, in
// user mode or through the kernel.
// Written for Kestrel.
#include "lib/child.h"
#include "tap.h"

#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#define PAGE	4096
#define PAGES	50

static char data[PAGES * PAGE] = { 1 };	// .data, read in by exec
static char bss[PAGES * PAGE];
static char *anonymous;
static int fds[2];

static bool
all(const char *area, char value)
{
	for (int i = 0; i < PAGES; i++) {
		if (area[i * PAGE + 17] != value)
			return false;
	}
	return true;
}

static void
fill(char *area, char value)
{
	for (int i = 0; i < PAGES; i++)
		area[i * PAGE + 17] = value;
}

static int
change_mine(void *arg)
{
	char stack_page[PAGE];

	(void)arg;
	memset(stack_page, 3, sizeof stack_page);
	if (!all(data, 1) || !all(bss, 1) || !all(anonymous, 1))
		return 1;
	fill(data, 2);
	fill(bss, 2);
	fill(anonymous, 2);
	if (!all(data, 2) || !all(bss, 2) || !all(anonymous, 2))
		return 2;
	return data[16] == 0 && bss[18] == 0 && stack_page[5] == 3 ? 0 : 3;
}

// The parent writes while the child lives: the child must not see it.
static int
see_the_old(void *arg)
{
	char byte;

	(void)arg;
	if (read(fds[0], &byte, 1) != 1)
		return 1;
	return all(bss, 1) && all(anonymous, 1) ? 0 : 2;
}

// A copyout into a shared page must break the sharing as well as a store does.
static int
kernel_writes(void *arg)
{
	(void)arg;
	return read(fds[0], anonymous + 17, 1) == 1 && anonymous[17] == 'k' ? 0 : 1;
}

static int
generations(void *arg)
{
	int depth = *(int *)arg;

	if (!all(bss, (char)depth))
		return 1;
	if (depth == 6)
		return 0;
	depth++;
	fill(bss, (char)depth);
	int status = child_run(generations, &depth);
	return status == 0 && all(bss, (char)depth) ? 0 : 2;
}

int
main(void)
{
	int depth = 1, pid;

	anonymous = mmap(NULL, sizeof bss, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	if (anonymous == MAP_FAILED || pipe(fds) != 0)
		bail_out("no memory");
	fill(data, 1);
	fill(bss, 1);
	fill(anonymous, 1);
	child_is(child_run(change_mine, NULL), 0, "a child sees the old bytes and writes its own");
	ok(all(data, 1), "the parent's data is as it was");
	ok(all(bss, 1), "so is its bss");
	ok(all(anonymous, 1), "so are its anonymous pages");
	pid = child_start(see_the_old, NULL);
	fill(bss, 4);
	fill(anonymous, 4);
	ok(write(fds[1], "x", 1) == 1, "the parent has written its pages");
	child_is(child_wait(pid), 0, "the child still sees the old bytes");
	ok(all(bss, 4) && all(anonymous, 4), "the parent its own");
	ok(write(fds[1], "k", 1) == 1, "a byte for the child");
	child_is(child_run(kernel_writes, NULL), 0, "the kernel writes it into a shared page");
	is(anonymous[17], 4, "which then is shared no more");
	fill(bss, 1);
	child_is(child_run(generations, &depth), 0, "six generations, each with its own bytes");
	ok(all(bss, 1), "and the first with the first");
	return done_testing();
}
