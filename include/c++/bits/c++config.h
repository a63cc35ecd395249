// SPDX-License-Identifier: BSD-2-Clause
// The toolchain's libstdc++ configuration, less what it assumes of the host's threads.
// Written for Kestrel; without it <atomic> would include glibc's <pthread.h>.
#pragma GCC system_header
#include_next <bits/c++config.h>
#undef _GLIBCXX_HAS_GTHREADS
#undef _GLIBCXX_HAVE_LINUX_FUTEX
// Kestrel has no libstdc++.a: only what the freestanding headers promise.
#undef _GLIBCXX_HOSTED
#define _GLIBCXX_HOSTED 0
