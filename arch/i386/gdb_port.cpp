// SPDX-License-Identifier: BSD-2-Clause
// The serial line that gdb is on: COM2.
// Written for Kestrel.
#include <machine/gdb_port.hpp>

#include <kern/kdb.hpp>
#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>
#include <machine/uart.hpp>
#include <support/atomic.hpp>

namespace {

constinit uart port{};
using input_function = void (*)(int c, trapframe *frame);
constinit input_function port_input{};

// Whoever takes bytes out of the port and hands them on has this.
constinit atomic<uint32_t> taking{0};

// take: all bytes that are there. The port's owner, and who stops because of one of them.
void take(trapframe *frame)
{
	for (int c; (c = uart_getc(port)) >= 0;)
		port_input(c, frame);
	// Pairs with the acquire of the next one.
	taking.store(0, order::release);
}

void port_interrupt(void *, trapframe *frame)
{
	// Another CPU that polls has it for a moment, or for a session, during which this one
	// stands still here.
	while (!taking.cas(0, 1, order::acquire))
		cpu_spinwait();
	take(frame);
}

void port_poll(trapframe *frame)
{
	if (taking.cas(0, 1, order::acquire))
		take(frame);
}

}

bool gdb_port_attach()
{
	return uart_attach(port, UART_COM2, IRQ_COM2) == OK;
}

bool gdb_port_listen(void (*input)(int c, trapframe *frame))
{
	port_input = input;
	if (intr_establish(IRQ_COM2, port_interrupt, nullptr) != OK)
		return false;
	uart_input_resume(port);
	kdb_poller = port_poll;
	return true;
}

int gdb_port_getc()
{
	int c;
	while ((c = uart_getc(port)) < 0)
		cpu_spinwait();
	return c;
}

void gdb_port_putc(int c)
{
	uart_putc(port, c);
}

void gdb_port_write(void const *data, size_t length)
{
	uart_write(port, data, length);
}
