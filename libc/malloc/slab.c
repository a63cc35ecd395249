// SPDX-License-Identifier: BSD-2-Clause
// Objects of up to SLAB_MAX bytes: slabs of equal objects.
// Ours; after the idea of OpenBSD's and phk's malloc.

#include <string.h>

#include "malloc_private.h"

libc_lock __malloc_lock;
// Slabs with free objects, the one to allocate from first. Full slabs are on no list.
static struct chunk *partial[CLASSES];

unsigned int
__chunk_size_class(size_t size)
{
	unsigned int shift, units = (unsigned int)((size + GRAIN - 1) / GRAIN);

	if (units <= 8)
		return units - 1;
	// Four classes a doubling: the two bits below the leading one of units - 1 choose.
	shift = 31u - (unsigned int)__builtin_clz(units - 1) - 2;
	return 8 + (shift - 1) * 4 + (((units - 1) >> shift) & 3);
}

size_t
__chunk_class_size(unsigned int class)
{
	if (class < 8)
		return (class + 1) * GRAIN;
	return ((class % 4 + 5) << ((class - 8) / 4 + 1)) * GRAIN;
}

static void
unlink_slab(struct chunk *c)
{
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		partial[c->class] = c->next;
}

static void
link_slab(struct chunk *c)
{
	c->prev = NULL;
	c->next = partial[c->class];
	if (c->next != NULL)
		c->next->prev = c;
	partial[c->class] = c;
}

static struct chunk *
new_slab(unsigned int class)
{
	struct chunk *c = __chunk_map();
	size_t size = __chunk_class_size(class), words, first;

	if (c == NULL)
		return NULL;
	// The bitmap is sized for as many objects as fit without any header.
	words = (CHUNK / size + 31) / 32;
	first = (sizeof(*c) + words * sizeof(c->bitmap[0]) + GRAIN - 1) & ~(GRAIN - 1);
	memset(c, 0, first);
	c->kind = CHUNK_SLAB;
	c->size = (uint32_t)size;
	c->class = (uint16_t)class;
	c->first = (uint16_t)first;
	c->capacity = c->free = (uint16_t)((CHUNK - first) / size);
	link_slab(c);
	return c;
}

void *
__slab_alloc(unsigned int class)
{
	struct chunk *c = partial[class] != NULL ? partial[class] : new_slab(class);
	unsigned int n;

	if (c == NULL)
		return NULL;
	while (c->bitmap[c->hint] == UINT32_MAX)
		c->hint++;
	n = c->hint * 32u + (unsigned int)__builtin_ctz(~c->bitmap[c->hint]);
	c->bitmap[n / 32] |= (uint32_t)1 << n % 32;
	if (--c->free == 0)
		unlink_slab(c);
	return (char *)c + c->first + n * c->size;
}

unsigned int
__slab_object(const struct chunk *c, const void *p)
{
	size_t offset = (size_t)((const char *)p - (const char *)c);
	unsigned int n = (unsigned int)((offset - c->first) / c->size);

	if (offset < c->first || n >= c->capacity || (c->bitmap[n / 32] >> n % 32 & 1) == 0)
		__libc_fatal("malloc: pointer freed twice, or never allocated");
	return n;
}

// A slab without used objects goes back to the system, unless it is the last of its class.
void
__slab_free(struct chunk *c, const void *p)
{
	unsigned int n = __slab_object(c, p);

	c->bitmap[n / 32] &= ~((uint32_t)1 << n % 32);
	if (n / 32 < c->hint)
		c->hint = (uint16_t)(n / 32);
	if (c->free++ == 0)
		link_slab(c);
	if (c->free == c->capacity && (c->next != NULL || c->prev != NULL)) {
		unlink_slab(c);
		__chunk_unmap(c);
	}
}
