// SPDX-License-Identifier: BSD-2-Clause
// The variables under number 0, with which sysctl(8) walks the tree and translates names.
// After FreeBSD's kern_sysctl.c: sysctl.name, next, name2oid, oidfmt, oiddescr.
#pragma once

#include <kern/sysctl.hpp>

#include <span>

// sysctl_meta: answer the request {0, numbers...}; numbers[0] is one of CTL_SYSCTL_*, the rest the
// variable that it is about. ENOENT when there is none. May fault and sleep.
Errno sysctl_meta(std::span<int const> numbers, sysctl_req &req);
