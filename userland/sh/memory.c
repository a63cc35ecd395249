// SPDX-License-Identifier: BSD-2-Clause
// Memory that lives as long as the line being run.
// Ours.

#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct block {
	struct block	*next;
	max_align_t	data[];
};

static struct block *blocks;

void *
line_alloc(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (block == NULL) {
		complain("out of memory");
		exit(STATUS_USAGE);
	}
	block->next = blocks;
	blocks = block;
	return block->data;
}

char *
line_copy(const char *text, size_t n)
{
	char *copy = line_alloc(n + 1);

	memcpy(copy, text, n);
	return copy;
}

void *
line_mark(void)
{
	return blocks;
}

void
line_free(void *mark)
{
	while (blocks != mark) {
		struct block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
}
