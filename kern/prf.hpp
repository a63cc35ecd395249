// SPDX-License-Identifier: BSD-2-Clause
// What start-up tells the console printer; printing itself is in kern/kassert.hpp.
// After FreeBSD's subr_prf.c.
#pragma once

#include <cstddef>

// prf_locks_work: from here on printf takes its lock. Once, by mi_startup, interrupts still off.
void prf_locks_work();

// console_write: bytes of user programs to the console, in one piece, not into the message buffer.
// Any context, any locks.
void console_write(char const *bytes, size_t length);

// console_tap: called behind each character that printf shows, unless null. For a debugger while
// everything else stands still: it need not return.
using console_listener = void(char c);
extern console_listener *console_tap;
