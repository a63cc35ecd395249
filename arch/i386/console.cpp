// SPDX-License-Identifier: BSD-2-Clause
// The system console: output to the serial line, the screen or both; input from their keyboards.
// After FreeBSD's kern/tty_cons.c, with the two devices that a PC has.
#include <machine/console.hpp>

#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <machine/intr.hpp>
#include <machine/uart.hpp>

#include <string.h>

namespace {

constinit uart console_port{};
constinit bool console_serial{};        // console_port is there and chosen
constinit bool console_vga{};
using input_function = void (*)(int c, trapframe *frame);
constinit input_function console_input{};

void serial_input(void *, int c, trapframe *frame)
{
	console_input(c == UART_BREAK ? cn_break : c, frame);
}

}

void cninit()
{
	char const *choice = cmdline_get("console");
	bool const both = choice == nullptr || strcmp(choice, "both") == 0;
	console_serial = (both || strcmp(choice, "serial") == 0) &&
	    uart_attach(console_port, UART_COM1, IRQ_COM1) == OK;
	// Somewhere the kernel must be able to speak: the screen stands in for a missing line.
	console_vga = both || !console_serial;
	if (console_vga)
		vga_init();
}

void cnputc(int c)
{
	if (console_serial) {
		if (c == '\n')
			uart_putc(console_port, '\r');
		uart_putc(console_port, c);
	}
	if (console_vga)
		vga_putc(c);
}

int cngetc()
{
	int c = console_serial ? uart_getc(console_port) : -1;
	if (c == UART_BREAK)
		c = cn_break;
	if (c < 0 && console_vga)
		c = kbd_getc();
	return c;
}

void cn_input_start(void (*input)(int c, trapframe *frame))
{
	console_input = input;
	if (console_serial && uart_input_start(console_port, serial_input, nullptr) != OK)
		printf("console: no interrupt for the serial line\n");
	if (console_vga)
		kbd_input_start(input);
}
