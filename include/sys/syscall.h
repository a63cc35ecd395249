// SPDX-License-Identifier: BSD-2-Clause
// System call numbers, SYS_<name>, made from the one list in sys/syscalls.def.
// Numbers of FreeBSD 5.x on the i386; the list tells which row is from which month.
#pragma once

enum {
#define SYSCALL(number, name, argwords, flags)	SYS_##name = (number),
#include <sys/syscalls.def>
#undef SYSCALL
};
