// SPDX-License-Identifier: BSD-2-Clause
// Numbers by chance, the same ones for the same seed.
// Written for Kestrel; Marsaglia's xorshift with 13, 17, 5: all states but zero, in turn.
#pragma once

#include <stdint.h>

// chance_next: the state that follows one that is not zero; it is the number as well.
static inline uint32_t
chance_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
