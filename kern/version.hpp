// SPDX-License-Identifier: BSD-2-Clause
// What this kernel calls itself: in the banner, kern.version and panic reports.
// Written for Kestrel.
#pragma once

#include <kern/config.hpp>

inline constexpr char kestrel_release[] = "0.1";
inline constexpr char const *kestrel_kernconf = config::invariants ? "DEBUG" : "RELEASE";
