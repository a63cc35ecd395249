// SPDX-License-Identifier: BSD-2-Clause
// Addresses that a careless kernel would trip over.
// Written for Kestrel.
#include "places.h"
#include "../tap.h"

#include <sys/mman.h>

#define PAGE	4096u

static struct place table[PLACES] = {
	{ "NULL", 0, false, false, false },
	{ "one", 1, false, false, false },
	{ "the last byte of page zero", PAGE - 1, false, false, false },
	{ "the start of the kernel's half", 0xc0000000u, false, false, false },
	{ "kernel code", 0xc0100000u, false, false, false },
	{ "two bytes below the end of user space", 0xbfbffffeu, false, false, true },
	{ "the last word", 0xfffffffcu, false, false, false },
	{ "the last byte", 0xffffffffu, false, false, false },
	{ "an unmapped page", 0, false, false, false },
	{ "two bytes before an unmapped page", 0, false, false, false },
	{ "a page without access", 0, false, false, false },
	{ "a read-only page", 0, true, false, false },
};

// Pages: writable, none, read-only, none, no access.
const struct place *
places(void)
{
	if (table[PLACES - 1].address != 0)
		return table;
	char *p = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	uint32_t at = (uint32_t)(uintptr_t)p;

	if (p == MAP_FAILED || mprotect(p + 2 * PAGE, PAGE, PROT_READ) != 0 ||
	    mprotect(p + 4 * PAGE, PAGE, PROT_NONE) != 0 || munmap(p + PAGE, PAGE) != 0 ||
	    munmap(p + 3 * PAGE, PAGE) != 0)
		bail_out("no pages for bad addresses");
	table[PLACES - 4].address = at + PAGE;
	table[PLACES - 3].address = at + PAGE - 2;
	table[PLACES - 2].address = at + 4 * PAGE;
	table[PLACES - 1].address = at + 2 * PAGE;
	return table;
}
