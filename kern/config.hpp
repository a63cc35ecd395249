// SPDX-License-Identifier: BSD-2-Clause
// Features and fixed sizes of this kernel, as constants for `if constexpr`.
// After FreeBSD's kernel configuration files (options INVARIANTS).
#pragma once

#include <cstddef>
#include <cstdint>

namespace config {

// Check every asserted lock rule and invariant. On in DEBUG kernels, off where figures are taken.
#if INVARIANTS
inline constexpr bool invariants = true;
#else
inline constexpr bool invariants = false;
#endif

inline constexpr uint32_t max_cpus = 8;         // most processors: size of all per-CPU arrays
inline constexpr int kstack_pages = 2;          // pages of a kernel stack, guard page not counted
inline constexpr int max_files = 64;            // descriptors of one process
inline constexpr int max_procs = 1024;          // processes, zombies included
inline constexpr size_t cmdline_max = 1024;     // bytes of the kernel's command line

}
