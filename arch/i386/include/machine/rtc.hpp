// SPDX-License-Identifier: BSD-2-Clause
// The battery-backed calendar clock of a PC.
// After FreeBSD's isa/rtc.h.
#pragma once

#include <cstdint>

// rtc_read: seconds since 1970-01-01 UTC, the clock being set to UTC; 0 when it shows no valid
// time. Takes up to a few milliseconds.
int64_t rtc_read();
