// SPDX-License-Identifier: BSD-2-Clause
// The compiler's own integer types, also in a hosted compilation.
// Ours.
#pragma once

#if defined(__clang__)
#include_next <stdint.h>
#else
#include <stdint-gcc.h>
#endif
