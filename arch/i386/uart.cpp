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

constexpr uint8_t ier_receive = 0x01;
constexpr uint8_t fcr_enable_and_clear = 0xc7; // interrupt at 14 bytes, or when they stop
constexpr uint8_t lcr_8n1 = 0x03;
constexpr uint8_t lcr_dlab = 0x80;
constexpr uint8_t mcr_dtr_rts_out2 = 0x0b;      // out2 lets the interrupt through on a PC
constexpr uint8_t lsr_data_ready = 0x01;
constexpr uint8_t lsr_transmit_empty = 0x20;
constexpr uint16_t divisor_115200 = 1;

// Port reads until a busy transmitter is given up; a byte at 115200 baud takes far fewer.
constexpr int busy_limit = 1'000'000;

uint16_t at(uart const &port, uart_register reg)
{
	return static_cast<uint16_t>(port.ua_base + reg);
}

void uart_interrupt(void *arg, trapframe *)
{
	uart const &port = *static_cast<uart *>(arg);
	for (int c; !port.ua_paused && (c = uart_getc(port)) >= 0;)
		port.ua_input(port.ua_arg, c);
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

void uart_putc(uart const &port, int c)
{
	for (int i = 0; i < busy_limit; i++) {
		if ((inb(at(port, reg_lsr)) & lsr_transmit_empty) != 0) {
			outb(at(port, reg_data), static_cast<uint8_t>(c));
			return;
		}
		cpu_spinwait();
	}
}

void uart_write(uart const &port, void const *data, size_t length)
{
	auto const *bytes = static_cast<uint8_t const *>(data);
	for (size_t i = 0; i < length; i++)
		uart_putc(port, bytes[i]);
}

int uart_getc(uart const &port)
{
	if ((inb(at(port, reg_lsr)) & lsr_data_ready) == 0)
		return -1;
	return inb(at(port, reg_data));
}

Errno uart_input_start(uart &port, void (*input)(void *arg, int c), void *arg)
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
