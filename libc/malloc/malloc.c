// SPDX-License-Identifier: BSD-2-Clause
// malloc and its relatives.
// C11 7.22.3, POSIX and BSD names. Small objects under one lock, large ones straight from mmap.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "malloc_private.h"

static void *
allocate(size_t size, size_t alignment)
{
	size_t room;
	void *p;

	if (size == 0)
		size = 1;		// every block has an address of its own
	room = size;
	// An object larger by the alignment has an aligned byte early enough; free finds it all
	// the same.
	if (alignment > GRAIN && __builtin_add_overflow(size, alignment - GRAIN, &room)) {
		errno = ENOMEM;
		return NULL;
	}
	if (room <= SLAB_MAX) {
		__libc_acquire(&__malloc_lock);
		p = __slab_alloc(__chunk_size_class(room));
		__libc_release(&__malloc_lock);
		if (p != NULL)
			p = (void *)(((uintptr_t)p + alignment - 1) & ~(alignment - 1));
	} else {
		p = __large_alloc(size, alignment);
	}
	if (p == NULL)
		errno = ENOMEM;
	return p;
}

void *
malloc(size_t size)
{
	return allocate(size, GRAIN);
}

void
free(void *p)
{
	struct chunk *c;

	if (p == NULL)
		return;
	c = __chunk_of(p);
	if (c->kind == CHUNK_LARGE) {
		__large_free(c);
		return;
	}
	__libc_acquire(&__malloc_lock);
	__slab_free(c, p);
	__libc_release(&__malloc_lock);
}

// A fresh large block is zero already.
void *
calloc(size_t count, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	p = allocate(total, GRAIN);
	if (p != NULL && total <= SLAB_MAX)
		memset(p, 0, total);
	return p;
}

// room: bytes from p to the end of its object or block.
static size_t
room(const void *p)
{
	const struct chunk *c = __chunk_of(p);
	size_t offset = (size_t)((const char *)p - (const char *)c);

	if (c->kind == CHUNK_LARGE)
		return c->maplen - offset;
	return c->size - (offset - c->first) % c->size;
}

// Shrinking below half moves the object, so that its slab or pages become free.
void *
realloc(void *p, size_t size)
{
	size_t old;
	void *new;

	if (p == NULL)
		return malloc(size);
	old = room(p);
	if (size <= old && (size > old / 2 || old <= GRAIN))
		return p;
	new = malloc(size);
	if (new == NULL)
		return NULL;
	memcpy(new, p, size < old ? size : old);
	free(p);
	return new;
}

void *
reallocf(void *p, size_t size)
{
	void *new = realloc(p, size);

	if (new == NULL)
		free(p);
	return new;
}

void *
reallocarray(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, total);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
		errno = EINVAL;
		return NULL;
	}
	return allocate(size, alignment < GRAIN ? GRAIN : alignment);
}

int
posix_memalign(void **result, size_t alignment, size_t size)
{
	int saved = errno, error;
	void *p = alignment % sizeof(void *) == 0 ? aligned_alloc(alignment, size) : NULL;

	error = alignment % sizeof(void *) == 0 ? errno : EINVAL;
	errno = saved;
	if (p == NULL)
		return error;
	*result = p;
	return 0;
}
