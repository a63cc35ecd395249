// SPDX-License-Identifier: BSD-2-Clause
// mmap, munmap, mprotect, break: what is mapped can be used, what is not ends the program.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#define PAGE	4096

static volatile char *area;

static bool
fails(const void *answer, int error)
{
	return answer == MAP_FAILED && errno == error;
}

static void *
map(void *at, size_t length, int protection, int flags)
{
	return mmap(at, length, protection, MAP_PRIVATE | MAP_ANON | flags, -1, 0);
}

static int
read_byte(void *arg)
{
	return *(volatile char *)arg;
}

static int
write_byte(void *arg)
{
	*(volatile char *)arg = 5;
	return *(volatile char *)arg == 5 ? 0 : 1;
}

static void
dies(int (*body)(void *), volatile char *at, const char *what)
{
	int status = child_run(body, (void *)(uintptr_t)at);

	// BUS or SEGV: history changed its mind about accesses that a protection forbids.
	bool right = status == SIGSEGV || status == SIGBUS ||
	    status == (SIGSEGV | 0200) || status == (SIGBUS | 0200);
	if (!ok(right, "%s", what))
		diag("the child's end: %s", child_says(status));
}

static void
anonymous(void)
{
	int sum = 0;

	area = map(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, 0);
	if (!ok(area != MAP_FAILED, "mmap of four pages"))
		return;
	ok((uintptr_t)area % PAGE == 0, "at a page boundary");
	for (int i = 0; i < 4 * PAGE; i++)
		sum |= area[i];
	is(sum, 0, "all zero");
	for (int i = 0; i < 4; i++)
		area[i * PAGE] = (char)(i + 1);
	is(munmap((void *)(uintptr_t)(area + PAGE), PAGE), 0, "munmap of the second page");
	ok(area[0] == 1 && area[2 * PAGE] == 3 && area[3 * PAGE] == 4, "the others stay");
	dies(read_byte, area + PAGE, "a read of the hole ends the program");
	dies(write_byte, area + PAGE, "a write too");
	void *hole = map((void *)(uintptr_t)(area + PAGE), PAGE, PROT_READ | PROT_WRITE, MAP_FIXED);
	ok(hole == (void *)(uintptr_t)(area + PAGE) && area[PAGE] == 0,
	    "MAP_FIXED fills the hole with a new page");
	area[0] = 9;
	ok(map((void *)(uintptr_t)area, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED) == area &&
	    area[0] == 0, "MAP_FIXED replaces what was there");
	is(munmap((void *)(uintptr_t)area, 4 * PAGE), 0, "munmap of all");
	dies(read_byte, area + 3 * PAGE, "and all is gone");
	is(munmap((void *)(uintptr_t)area, 4 * PAGE), 0, "munmap of nothing is no error");
}

static void
protection(void)
{
	area = map(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, 0);
	if (!ok(area != MAP_FAILED, "mmap of three pages"))
		return;
	area[PAGE] = 7;
	is(mprotect((void *)(uintptr_t)(area + PAGE), PAGE, PROT_READ), 0,
	    "mprotect of the second to reading");
	is(area[PAGE], 7, "it can be read");
	dies(write_byte, area + PAGE, "not written");
	child_is(child_run(write_byte, (void *)(uintptr_t)area), 0, "its neighbour can");
	is(mprotect((void *)(uintptr_t)(area + PAGE), PAGE, PROT_NONE), 0, "mprotect to nothing");
	dies(read_byte, area + PAGE, "not even reading is allowed");
	is(mprotect((void *)(uintptr_t)area, 3 * PAGE, PROT_READ | PROT_WRITE), 0,
	    "mprotect of all to everything");
	is(area[PAGE], 7, "the content is still there");
	area[PAGE] = 8;
	is(area[PAGE], 8, "and can be changed");
	munmap((void *)(uintptr_t)area, 3 * PAGE);
	ok(mprotect((void *)(uintptr_t)area, PAGE, PROT_READ) == -1 &&
	    (errno == ENOMEM || errno == EINVAL || errno == EACCES),
	    "mprotect of what is not mapped is refused");
	void *none = map(NULL, PAGE, PROT_NONE, 0);
	ok(none != MAP_FAILED, "mmap without any access");
	dies(read_byte, none, "which is kept");
	void *only_read = map(NULL, PAGE, PROT_READ, 0);
	ok(only_read != MAP_FAILED && *(char *)only_read == 0, "mmap for reading gives zeroes");
	dies(write_byte, only_read, "that cannot be written");
}

static void
refused(void)
{
	ok(fails(map(NULL, 0, PROT_READ, 0), EINVAL), "mmap of no bytes: EINVAL");
	ok(fails(map((void *)1, PAGE, PROT_READ, MAP_FIXED), EINVAL),
	    "MAP_FIXED inside a page: EINVAL");
	ok(map((void *)(uintptr_t)0xc0100000u, PAGE, PROT_READ, MAP_FIXED) == MAP_FAILED,
	    "MAP_FIXED in the kernel is refused");
	ok(map(NULL, 0xfffff000u, PROT_READ, 0) == MAP_FAILED, "so is more than there is space");
	ok(map((void *)(uintptr_t)0xbfbff000u, 0x80000000u, PROT_READ, MAP_FIXED) == MAP_FAILED,
	    "so is a range that wraps");
	ok(map(NULL, PAGE, PROT_READ, MAP_FIXED) == MAP_FAILED, "so is page zero");
	ok(munmap((void *)1, PAGE) == -1 && errno == EINVAL, "munmap inside a page: EINVAL");
	ok(munmap((void *)(uintptr_t)0xc0100000u, PAGE) == -1 && errno == EINVAL,
	    "munmap in the kernel: EINVAL");
	ok(mprotect((void *)(uintptr_t)0xc0100000u, PAGE, PROT_READ | PROT_WRITE) == -1,
	    "mprotect in the kernel is refused");
	dies(read_byte, (char *)NULL, "page zero is never there");
	dies(read_byte, (char *)(uintptr_t)0xc0100000u, "the kernel cannot be read");
	dies(write_byte, (char *)(uintptr_t)0xc0100000u, "nor written");
}

static void
files(const char *self)
{
	int fd = open(self, O_RDONLY);
	volatile char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED) {
		skip("not built in", "mmap of a file");
	} else {
		ok(p[0] == 0x7f && p[1] == 'E', "mmap of a file shows its bytes");
		p[0] = 1;
		is(p[0], 1, "a private change is ours");
		munmap((void *)(uintptr_t)p, PAGE);
	}
	close(fd);
	ok(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED &&
	    (errno == EBADF || errno == ENODEV), "mmap of no descriptor: EBADF, or ENODEV");
}

static void
break_moves(void)
{
	char *start = sbrk(0), *end;

	ok(start != (char *)-1, "sbrk(0) tells the end of data");
	ok(sbrk(5 * PAGE) == start, "sbrk of five pages");
	end = sbrk(0);
	ok(end == start + 5 * PAGE, "moves the end");
	memset(start, 1, 5 * PAGE);
	ok(sbrk(-4 * PAGE) == end, "four back");
	ok(start[0] == 1, "the first stays");
	dies(read_byte, start + 3 * PAGE, "the others are gone");
	ok(sbrk(4 * PAGE) == start + PAGE, "again four");
	int sum = 0;
	char *page = start + PAGE + PAGE - (uintptr_t)start % PAGE;
	for (int i = 0; i < 2 * PAGE; i++)
		sum |= page[i];
	is(sum, 0, "they come back as zeroes");
	ok(sbrk(0x70000000) == (void *)-1 && errno == ENOMEM, "more than there is: ENOMEM");
	ok(sbrk(0) == start + 5 * PAGE, "the end is where it was");
	ok(sbrk(-5 * PAGE) != (void *)-1, "all back");
}

static void
nothing_leaks(void)
{
	static struct zones before;
	int good = 0;

	zones_warm();
	zones_read(&before);
	for (int i = 0; i < 300; i++) {
		char *p = map(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, 0);
		if (p == MAP_FAILED)
			break;
		for (int page = 0; page < 64; page++)
			p[page * PAGE] = 1;
		good += munmap(p, 64 * PAGE) == 0;
	}
	is(good, 300, "75 MiB were mapped, touched and given back");
	zones_settled(&before, "no record of it is left");
}

int
main(int argc, char **argv)
{
	anonymous();
	protection();
	refused();
	files(argc > 0 ? argv[0] : "/tests/memory");
	break_moves();
	nothing_leaks();
	return done_testing();
}
