// SPDX-License-Identifier: BSD-2-Clause
// 16550 serial ports: polled output and input, and input by interrupt.
// Written for Kestrel after the 16550 data sheet; FreeBSD's driver of these ports is sio(4).
#pragma once

#include <kern/errno.hpp>

#include <cstddef>
#include <cstdint>

struct trapframe;

// uart: one port. Settled by uart_attach; then read-only but for the input hook, ua_stuck,
// whose writers are those of the port, one at a time by their own lock, and ua_break.
struct uart final {
	uint16_t  ua_base;                      // first of eight I/O ports
	uint32_t  ua_irq;                       // interrupt line
	void    (*ua_input)(void *arg, int c, trapframe *frame);        // see uart_input_start()
	void     *ua_arg;
	bool      ua_paused;                    // bytes stay in the port, see uart_input_pause()
	bool      ua_stuck;                     // the last byte found no room: see uart_putc()
	bool      ua_break;                     // the line status told of a BREAK
};

inline constexpr uint16_t UART_COM1 = 0x3f8;
inline constexpr uint16_t UART_COM2 = 0x2f8;
inline constexpr uint16_t UART_COM3 = 0x3e8;

// uart_attach: program the port: 115200 baud, 8 bits, no parity, FIFOs on, interrupts off. ENXIO
// when there is none.
Errno uart_attach(uart &port, uint16_t base, uint32_t irq);

// uart_putc: send a byte, waiting for room; any context. A port that stays busy for minutes loses
// the byte rather than the machine, and the bytes after it at once until there is room again.
// uart_write: several, for a look at the port's state each sixteen.
void uart_putc(uart &port, int c);
void uart_write(uart &port, void const *data, size_t length);

// uart_getc: a byte that has arrived, UART_BREAK for a BREAK, or -1.
inline constexpr int UART_BREAK = 0x100;
int uart_getc(uart &port);

// uart_input_start: input(arg, c, frame) from the interrupt for each byte that arrives from now on,
// or UART_BREAK; `frame` is what was interrupted. EBUSY when the line has a handler already.
Errno uart_input_start(uart &port, void (*input)(void *arg, int c, trapframe *frame), void *arg);

// uart_input_pause: leave further bytes in the port, whose sender then waits; from the hook, or
// with interrupts off. uart_input_resume: take them again; interrupts off.
void uart_input_pause(uart &port);
void uart_input_resume(uart &port);
