// SPDX-License-Identifier: BSD-2-Clause
// What libstdc++'s freestanding headers want to know about the operating system: nothing.
// Written for Kestrel; found before the toolchain's file of this name, which asks for glibc.
#ifndef _GLIBCXX_OS_DEFINES
#define _GLIBCXX_OS_DEFINES 1
#endif
