// SPDX-License-Identifier: BSD-2-Clause
// Addresses that a careless kernel would trip over.
// Written for Kestrel.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct place {
	const char	*name;
	uint32_t	address;
	bool		readable, writable;	// for one word
	bool		may_end_here;		// a short string may lie there
};

#define PLACES	12

// places: the table; maps its pages on first use. The pages are zero.
const struct place *places(void);
