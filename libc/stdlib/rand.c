// SPDX-License-Identifier: BSD-2-Clause
// Pseudo-random numbers, the same sequence for the same seed; not for secrets.
// C11 7.22.2 over Marsaglia's 32-bit xorshift.

#include <stdlib.h>

static unsigned int state = 1;

int
rand_r(unsigned int *seed)
{
	unsigned int x = *seed != 0 ? *seed : 0x9e3779b9u;	// xorshift never leaves 0

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*seed = x;
	return (int)(x & RAND_MAX);
}

int
rand(void)
{
	return rand_r(&state);
}

void
srand(unsigned int seed)
{
	state = seed;
}

long
random(void)
{
	return rand_r(&state);
}

void
srandom(unsigned int seed)
{
	state = seed;
}
