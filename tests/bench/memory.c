// SPDX-License-Identifier: BSD-2-Clause
// Memory: the first touch of a page, and the whole life of a one-page mapping.
// Written for Kestrel.
#include <sys/mman.h>
#include <sys/param.h>

#include "lib/bench.h"

static struct bench_samples samples;

static char *
map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

	if (at == MAP_FAILED)
		bench_fatal("mmap");
	return at;
}

static void
first_touch(void)
{
	size_t const size = BENCH_SAMPLES * PAGE_SIZE;
	char volatile *const pages = map(size);

	for (size_t at = 0; at < size; at += PAGE_SIZE) {
		uint32_t before = bench_now();
		pages[at] = 1;
		uint32_t after = bench_now();
		bench_add(&samples, before, after);
	}
	munmap((void *)(uintptr_t)pages, size);
	bench_report("first_touch", &samples, 1);
}

// A neighbour keeps the page table alive, as a program that runs for a while has one.
static void
map_touch_unmap(void)
{
	uint32_t before, after;
	char volatile *const neighbour = map(PAGE_SIZE);

	neighbour[0] = 1;
	do {
		before = bench_now();
		char volatile *const page = map(PAGE_SIZE);
		page[0] = 1;
		munmap((void *)(uintptr_t)page, PAGE_SIZE);
		after = bench_now();
	} while (bench_add(&samples, before, after));
	bench_report("map_touch_unmap", &samples, 1);
}

int
main(void)
{
	first_touch();
	map_touch_unmap();
	return 0;
}
