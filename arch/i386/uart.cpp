// SPDX-License-Identifier: BSD-2-Clause
// 16550 serial ports: polled output and input, and input by interrupt.
// Written for Kestrel after the 16550 data sheet.
#include <machine/uart.hpp>

#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>

namespace {

// Registers, as offsets from the base port.
enum uart_register : uint16_t {
	reg_data = 0,           // with DLAB: divisor, low byte
	reg_ier = 1,            // interrupt enable; with DLAB: divisor, high byte
	reg_fcr = 2,            // FIFO control
	reg_lcr = 3,            // line control
	reg_mcr = 4,            // modem control
	reg_lsr = 5,            // line status
	reg_scratch = 7,
};

constexpr uint8_t ier_receive = 0x05;           // bytes, and the line status: a BREAK
constexpr uint8_t fcr_enable_and_clear = 0xc7; // interrupt at 14 bytes, or when they stop
constexpr uint8_t lcr_8n1 = 0x03;
constexpr uint8_t lcr_dlab = 0x80;
constexpr uint8_t mcr_dtr_rts_out2 = 0x0b;      // out2 lets the interrupt through on a PC
constexpr uint8_t lsr_data_ready = 0x01;
constexpr uint8_t lsr_break = 0x10;             // goes out when it is read
constexpr uint8_t lsr_transmit_empty = 0x20;
constexpr uint16_t divisor_115200 = 1;
constexpr size_t fifo_bytes = 16;

// Port reads until a busy transmitter is given up: minutes, because a virtual machine's port stays
// busy as long as whoever reads its other end is held up.
constexpr int busy_limit = 50'000'000;

uint16_t at(uart const &port, uart_register reg)
{
	return static_cast<uint16_t>(port.ua_base + reg);
}

// status: the line status. It tells of a BREAK once, to whoever reads it.
uint8_t status(uart &port)
{
	uint8_t const now = inb(at(port, reg_lsr));
	if ((now & lsr_break) != 0)
		port.ua_break = true;
	return now;
}

void uart_interrupt(void *arg, trapframe *frame)
{
	uart &port = *static_cast<uart *>(arg);
	for (int c; !port.ua_paused && (c = uart_getc(port)) >= 0;)
		port.ua_input(port.ua_arg, c, frame);
}

}

Errno uart_attach(uart &port, uint16_t base, uint32_t irq)
{
	port.ua_base = base;
	port.ua_irq = irq;
	outb(at(port, reg_scratch), 0x5a);
	if (inb(at(port, reg_scratch)) != 0x5a)
		return ENXIO;
	outb(at(port, reg_ier), 0);
	outb(at(port, reg_lcr), lcr_dlab);
	outb(at(port, reg_data), divisor_115200 & 0xff);
	outb(at(port, reg_ier), divisor_115200 >> 8);
	outb(at(port, reg_lcr), lcr_8n1);
	outb(at(port, reg_fcr), fcr_enable_and_clear);
	outb(at(port, reg_mcr), mcr_dtr_rts_out2);
	return OK;
}

namespace {

// transmitter_empties: wait until the queue of bytes to send is empty; false: it stays full.
bool transmitter_empties(uart &port)
{
	int const tries = port.ua_stuck ? 1 : busy_limit;
	port.ua_stuck = true;
	for (int i = 0; port.ua_stuck && i < tries; i++) {
		port.ua_stuck = (status(port) & lsr_transmit_empty) == 0;
		if (port.ua_stuck)
			cpu_spinwait();
	}
	return !port.ua_stuck;
}

}

void uart_putc(uart &port, int c)
{
	if (transmitter_empties(port))
		outb(at(port, reg_data), static_cast<uint8_t>(c));
}

void uart_write(uart &port, void const *data, size_t length)
{
	auto const *bytes = static_cast<uint8_t const *>(data);
	for (size_t done = 0; done < length;) {
		// Empty means room for a whole queue: one look at the status for all of it.
		size_t const part = length - done < fifo_bytes ? length - done : fifo_bytes;
		if (transmitter_empties(port))
			for (size_t i = 0; i < part; i++)
				outb(at(port, reg_data), bytes[done + i]);
		done += part;
	}
}

int uart_getc(uart &port)
{
	if ((status(port) & lsr_data_ready) == 0)
		return -1;
	int const c = inb(at(port, reg_data));
	// It comes with a zero in place of a byte, perhaps behind bytes from before.
	if (c != 0 || !port.ua_break)
		return c;
	port.ua_break = false;
	return UART_BREAK;
}

Errno uart_input_start(uart &port, void (*input)(void *arg, int c, trapframe *frame), void *arg)
{
	port.ua_input = input;
	port.ua_arg = arg;
	TRY(intr_establish(port.ua_irq, uart_interrupt, &port));
	outb(at(port, reg_ier), ier_receive);
	return OK;
}

void uart_input_pause(uart &port)
{
	port.ua_paused = true;
	outb(at(port, reg_ier), 0);
}

void uart_input_resume(uart &port)
{
	port.ua_paused = false;
	outb(at(port, reg_ier), ier_receive);
}
