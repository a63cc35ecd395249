// SPDX-License-Identifier: BSD-2-Clause
// The formatter under printf and snprintf: format string and arguments in, characters out.
// Written for Kestrel; conversions of C's printf but floating point. Pure, tested on the host too.
#pragma once

#include <cstdarg>

// format_sink: where formatted text goes: put(arg, c) for each character in order.
struct format_sink final {
	void (*put)(void *arg, char c);
	void  *arg;
};

// format: write `text` with its conversions to the sink; returns how many characters that were.
//   conversions  % d i u x X o c s p
//   flags        - 0 + space #, width and precision, also as *
//   lengths      hh h l ll z j t
// An unknown conversion is written as it stands and takes no argument. A null string is "(null)".
int format(format_sink const &sink, char const *text, va_list args);
