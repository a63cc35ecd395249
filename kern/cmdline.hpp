// SPDX-License-Identifier: BSD-2-Clause
// The kernel's command line: words name=value, parsed before anything can panic.
// Names after FreeBSD's loader tunables; pure code, tested on the host too.
#pragma once

#include <cstddef>

// cmdline_init: keep a copy of the boot loader's text (null: empty), config::cmdline_max - 1
// bytes at most.
void cmdline_init(char const *text);

// cmdline_get: value of the last `name=value` word; "" for a bare word `name`; null when absent.
char const *cmdline_get(char const *name);
// cmdline_flag: whether the bare word, or name=1/yes/true/on, is there.
bool cmdline_flag(char const *name);
// cmdline_word: the i-th word as name and value (null value: bare word); false past the end.
bool cmdline_word(size_t i, char const **name, char const **value);
// cmdline_report_unknown: print each word that is neither option nor tunable, but a bare first one.
void cmdline_report_unknown();
