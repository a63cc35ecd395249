// SPDX-License-Identifier: BSD-2-Clause
// Data of the allocator: chunks, slabs and large blocks.
// Ours; slabs with bitmaps outside the objects, after the idea of OpenBSD's and phk's malloc.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../libc_private.h"

// Memory comes from mmap in chunks aligned to CHUNK. A chunk begins with a header, so an address
// inside the first CHUNK bytes of a block finds its header by rounding down:
//
//   slab    | struct chunk, bitmap | object 0 | object 1 | ...      one size class, CHUNK bytes
//   large   | struct chunk | the block .......................      one mapping
//
// A large block aligned to CHUNK or more cannot follow its header there: the header then lies one
// page below the block, which is the only kind of block whose address is a multiple of CHUNK.
#define CHUNK		((size_t)65536)
#define PAGE		((size_t)4096)
#define GRAIN		((size_t)16)	// alignment of every object
#define SLAB_MAX	((size_t)8192)	// the largest object of a slab
#define CLASSES		32		// 16 .. 128 by 16, then four a doubling up to SLAB_MAX

enum chunk_kind { CHUNK_SLAB = 0x51ab51ab, CHUNK_LARGE = 0x1a46e1a4 };

struct chunk {
	uint32_t	kind;		// enum chunk_kind; anything else is not ours
	uint32_t	size;		// of an object, or of the block
	// Slab:
	struct chunk	*next, *prev;	// slabs of the class with free objects
	uint16_t	class;
	uint16_t	first;		// offset of object 0
	uint16_t	capacity;	// objects
	uint16_t	free;		// objects not in use
	uint16_t	hint;		// no free object in bitmap words before this one
	uint16_t	spare;
	// Large:
	void		*map;		// mapping to give back
	size_t		maplen;
	// Slab: bit n % 32 of word n / 32 is set while object n is in use.
	uint32_t	bitmap[];
};

// __chunk_size_class: class of a size in 1 .. SLAB_MAX. __chunk_class_size: bytes of its objects.
unsigned int __chunk_size_class(size_t size);
size_t __chunk_class_size(unsigned int class);

// Slab layer; the caller holds __malloc_lock. NULL if there is no memory.
extern libc_lock __malloc_lock;
void *__slab_alloc(unsigned int class);
void __slab_free(struct chunk *c, const void *p);

// Mapping layer. Addresses are multiples of CHUNK, or NULL.
void *__chunk_map(void);
void __chunk_unmap(struct chunk *c);

// Large blocks: alignment is a power of two. They need no lock.
void *__large_alloc(size_t size, size_t alignment);
void __large_free(struct chunk *c);

// __chunk_of: header of the block that holds p; ends the program if there is none.
struct chunk *__chunk_of(const void *p);
// __slab_object: index of the object that holds p; ends the program if it is not in use.
unsigned int __slab_object(const struct chunk *c, const void *p);
