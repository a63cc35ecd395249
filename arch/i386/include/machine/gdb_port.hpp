// SPDX-License-Identifier: BSD-2-Clause
// The serial line that gdb is on.
// Written for Kestrel.
#pragma once

#include <cstddef>

struct trapframe;

// gdb_port_attach: the second serial port; false when there is none. gdb_port_listen: from now on
// input(byte, frame) is called for each byte that arrives while no session is on, from the
// interrupt; frame is what it interrupted.
bool gdb_port_attach();
bool gdb_port_listen(void (*input)(int c, trapframe *frame));

// gdb_port_getc: the next byte, waiting for it. gdb_port_putc: send one;
// gdb_port_write: several, for less than one by one.
int gdb_port_getc();
void gdb_port_putc(int c);
void gdb_port_write(void const *data, size_t length);
