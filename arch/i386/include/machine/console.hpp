// SPDX-License-Identifier: BSD-2-Clause
// The two halves of the local console: VGA text screen and PS/2 keyboard; and choosing devices.
// Written for Kestrel; FreeBSD's console is syscons(4) behind cons.c.
#pragma once

#include <cstdint>

// cninit: attach what `console=serial|vga|both` names (both when absent). Before any output.
void cninit();

// vga_init: clear the screen. vga_putc: show a byte; knows \n \r \b \t and the ANSI sequences for
// cursor movement, erasing and colours. The caller's console lock serialises.
void vga_init();
void vga_putc(int c);

struct trapframe;

// kbd_getc: translated byte of a key that was pressed, cn_break for Ctrl-Alt-Esc, or -1; polled.
// kbd_input_start: input(c, frame) from the interrupt for each; `frame` is what was interrupted. A
// port without a keyboard controller yields nothing.
int kbd_getc();
void kbd_input_start(void (*input)(int c, trapframe *frame));
