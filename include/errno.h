// SPDX-License-Identifier: BSD-2-Clause
// Standard name of sys/errno.h.
// C11 7.5.
#pragma once

#include <sys/errno.h>
