// SPDX-License-Identifier: BSD-2-Clause
// The allocator: blocks do not overlap, are aligned, and misuse ends the program.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS	500
#define STEPS	40000

static struct block {
	unsigned char	*p;
	size_t		size;
	unsigned char	fill;	// every byte of it
} blocks[BLOCKS];

static unsigned int seed = 2002;

static bool
intact(const struct block *b)
{
	for (size_t i = 0; i < b->size; i++) {
		if (b->p[i] != b->fill)
			return false;
	}
	return true;
}

static size_t
some_size(void)
{
	unsigned int kind = (unsigned int)rand_r(&seed) % 100;
	unsigned int limit = kind < 70 ? 300 : kind < 98 ? 9000 : 100000;

	return (unsigned int)rand_r(&seed) % limit;
}

// step: one random operation on one random block; false if something is wrong.
static bool
step(void)
{
	struct block *b = &blocks[rand_r(&seed) % BLOCKS];
	size_t size = some_size(), alignment = (size_t)16 << rand_r(&seed) % 10, kept;
	unsigned char *p;

	if (b->p != NULL && !intact(b))
		return false;
	switch (rand_r(&seed) % 4) {
	case 0:
		free(b->p);
		b->p = NULL;
		b->size = 0;
		return true;
	case 1:
		kept = b->size < size ? b->size : size;
		p = realloc(b->p, size);
		for (size_t i = 0; p != NULL && i < kept; i++) {
			if (p[i] != b->fill)
				return false;
		}
		alignment = 16;
		break;
	case 2:
		free(b->p);
		p = calloc(1, size);
		for (size_t i = 0; p != NULL && i < size; i++) {
			if (p[i] != 0)
				return false;
		}
		alignment = 16;
		break;
	default:
		free(b->p);
		p = aligned_alloc(alignment, size);
		break;
	}
	if (p == NULL || (uintptr_t)p % alignment != 0)
		return false;
	b->p = p;
	b->size = size;
	b->fill = (unsigned char)rand_r(&seed);
	memset(p, b->fill, size);
	return true;
}

// ends_with: the signal that ends a child which misuses the allocator so.
static int
ends_with(void (*misuse)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		close(STDERR_FILENO);
		misuse();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		bail_out("no child");
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
free_twice(void)
{
	void *volatile p = malloc(40);
	void *volatile neighbour = malloc(40);

	free(p);
	free(p);
	free(neighbour);
}

static void
free_inside_nothing(void)
{
	static char data[131072];
	char *volatile p = data + 65536;

	free(p);
}

int
main(void)
{
	volatile size_t huge = SIZE_MAX - 100, many = 65536;
	void *p;
	int steps = 0;

	while (steps < STEPS && step())
		steps++;
	is(steps, STEPS, "random steps with seed 2002 keep every byte");
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i].p);
	ok((p = malloc(0)) != NULL, "malloc of nothing is a block");
	free(p);
	free(NULL);
	p = aligned_alloc(262144, 10);
	ok(p != NULL && (uintptr_t)p % 262144 == 0, "alignment beyond a chunk");
	free(p);
	errno = 0;
	ok(malloc(huge) == NULL && errno == ENOMEM, "more than there is: ENOMEM");
	errno = 0;
	ok(calloc(many, many + 1) == NULL && errno == ENOMEM, "a product that overflows: ENOMEM");
	is(posix_memalign(&p, 3, 10), EINVAL, "an alignment that is none: EINVAL");
	is(ends_with(free_twice), SIGABRT, "a block freed twice ends the program");
	is(ends_with(free_inside_nothing), SIGABRT, "so does a pointer never allocated");
	return done_testing();
}
