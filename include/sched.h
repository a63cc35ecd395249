// SPDX-License-Identifier: BSD-2-Clause
// Giving way to other threads.
// POSIX name.
#pragma once

#include <sys/types.h>

ABI_BEGIN_C
int sched_yield(void);
ABI_END_C
