// SPDX-License-Identifier: BSD-2-Clause
// Chunks from the system: aligned address space for slabs, and large blocks of their own.
// Ours.

#include <sys/mman.h>

#include "malloc_private.h"

#define RESERVE		(16 * CHUNK)	// address space taken at a time for slabs

// The rest of the last reservation. Untouched pages cost no memory. (Lock: __malloc_lock.)
static char *reserve;
static size_t reserve_left;

static void *
map(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);

	return p != MAP_FAILED ? p : NULL;
}

static char *
align_up(char *p, size_t alignment)
{
	return p + (-(uintptr_t)p & (alignment - 1));
}

void *
__chunk_map(void)
{
	char *p;

	if (reserve_left < CHUNK) {
		char *start = map(RESERVE);

		if (start == NULL)
			return NULL;
		reserve = align_up(start, CHUNK);
		reserve_left = RESERVE - (size_t)(reserve - start);
		if (reserve > start)
			munmap(start, (size_t)(reserve - start));
	}
	p = reserve;
	reserve += CHUNK;
	reserve_left -= CHUNK;
	return p;
}

void
__chunk_unmap(struct chunk *c)
{
	c->kind = 0;
	munmap(c, CHUNK);
}

// The header is at the start of the chunk that holds the block's first byte, or a page below a
// block that starts a chunk. The block lies at `alignment` behind the chunk's start if that leaves
// room for the header, so only the ends of the mapping are waste.
void *
__large_alloc(size_t size, size_t alignment)
{
	size_t offset, len;
	char *start, *block;
	struct chunk *c;

	if (alignment < GRAIN)
		alignment = GRAIN;
	offset = (sizeof(*c) + alignment - 1) & ~(alignment - 1);
	if (__builtin_add_overflow(size, offset + CHUNK + PAGE - 1, &len) ||
	    (ptrdiff_t)len < 0)
		return NULL;
	len &= ~(PAGE - 1);
	start = map(len);
	if (start == NULL)
		return NULL;
	if (offset < CHUNK) {
		c = (struct chunk *)(void *)align_up(start, CHUNK);
		block = (char *)c + offset;
	} else {
		block = align_up(start + PAGE, alignment);
		c = (struct chunk *)(void *)(block - PAGE);
	}
	if ((char *)c > start)
		munmap(start, (size_t)((char *)c - start));
	c->kind = CHUNK_LARGE;
	c->map = c;
	c->maplen = ((size_t)(block - (char *)c) + size + PAGE - 1) & ~(PAGE - 1);
	c->size = (uint32_t)(c->maplen - (size_t)(block - (char *)c));
	if ((char *)c + c->maplen < start + len)
		munmap((char *)c + c->maplen, (size_t)(start + len - ((char *)c + c->maplen)));
	return block;
}

void
__large_free(struct chunk *c)
{
	c->kind = 0;
	munmap(c->map, c->maplen);
}

struct chunk *
__chunk_of(const void *p)
{
	uintptr_t address = (uintptr_t)p, base = address & ~(CHUNK - 1);
	struct chunk *c = (struct chunk *)(address == base ? base - PAGE : base);

	if (c->kind != CHUNK_SLAB && c->kind != CHUNK_LARGE)
		__libc_fatal("malloc: pointer that was never allocated");
	return c;
}
