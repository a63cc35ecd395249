// SPDX-License-Identifier: BSD-2-Clause
// The device /dev/host: standard input and output of `kestrel run`, and the exit status it returns.
// Written for Kestrel; the framing is that of the host tool's channel.
#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/shutdown.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysinit.hpp>
#include <kern/vnode.hpp>
#include <machine/intr.hpp>
#include <machine/uart.hpp>
#include <string.h>
#include <sys/fcntl.h>

// Both ways, DLE DLE is one byte DLE. From the host, DLE E is the end of input. To the host, DLE R
// asks for input, once, at the first read: before the port is set up it would be lost, and each
// byte interrupts at a moment that the host chooses, so that a run of a program that reads nothing
// repeats under --icount. DLE X, digits and a newline are the exit status.
static constexpr char DLE = 0x10;

static constexpr uint32_t ring_size = 4096;     // bytes, a power of two

// Guards port and ring; taken in interrupts.
static constinit spin_mtx host_mtx{"host", lock_rank::tty};
static constinit uart port{};
static constinit bool attached{};               // port works; set once at boot
static constinit char ring[ring_size] GUARDED_BY(host_mtx){};
// Counts of bytes ever; they wrap at a multiple of the size.
static constinit uint32_t arrived GUARDED_BY(host_mtx){};
static constinit uint32_t taken GUARDED_BY(host_mtx){};
static constinit bool escaped GUARDED_BY(host_mtx){};   // the last byte was a frame's DLE
static constinit bool ended GUARDED_BY(host_mtx){};
static constinit bool wanted GUARDED_BY(host_mtx){};    // somebody sleeps for input

// One writer at a time, so that no frame is torn.
static constinit mtx output_mtx{"host output", lock_rank::file};
static constinit bool asked GUARDED_BY(output_mtx){};   // DLE R has been sent

static void put_byte(char c) REQUIRES(host_mtx)
{
	ring[arrived++ % ring_size] = c;
	if (arrived - taken == ring_size)
		uart_input_pause(port);
}

// host_input: a byte has arrived; from the interrupt. Unknown frames are dropped.
static void host_input(void *, int c, trapframe *)
{
	if (c == UART_BREAK)
		return;
	mtx_guard g{host_mtx};
	if (escaped) {
		escaped = false;
		if (c == DLE)
			put_byte(DLE);
		else if (c == 'E')
			ended = true;
	} else if (c == DLE) {
		escaped = true;
	} else {
		put_byte(static_cast<char>(c));
	}
	if (wanted) {
		wanted = false;
		wakeup(&ring);
	}
}

// take_bytes: what has arrived, at most `most` bytes.
static size_t take_bytes(char *to, size_t most) REQUIRES(host_mtx)
{
	size_t length = 0;
	while (length < most && taken != arrived)
		to[length++] = ring[taken++ % ring_size];
	if (port.ua_paused && arrived != taken + ring_size)
		uart_input_resume(port);
	return length;
}

static void ask_for_input()
{
	mtx_guard g{output_mtx};
	if (asked)
		return;
	asked = true;
	uart_putc(port, DLE);
	uart_putc(port, 'R');
}

// host_read: what the host has sent; 0 after its end of input. ENXIO: there is no host channel.
static Errno host_read(int flag, uio &io)
{
	char bytes[256];
	size_t length;
	if (!attached)
		return ENXIO;
	if (io.uio_resid == 0)
		return OK;
	ask_for_input();
	{	mtx_guard g{host_mtx};
		while (taken == arrived) {
			if (ended)
				return OK;
			if ((flag & O_NONBLOCK) != 0)
				return EAGAIN;
			wanted = true;
			TRY(msleep_spin(&ring, host_mtx, PWAIT | PCATCH, "hostin", 0));
		}
		size_t const most = io.uio_resid < sizeof bytes ? io.uio_resid : sizeof bytes;
		length = take_bytes(bytes, most);
	}
	return io.put(bytes, length);
}

static void send(char const *bytes, size_t length)
{
	mtx_guard g{output_mtx};
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == DLE)
			uart_putc(port, DLE);
		uart_putc(port, bytes[i]);
	}
}

static Errno host_write(int, uio &io)
{
	char bytes[512];
	if (!attached)
		return ENXIO;
	while (io.uio_resid != 0) {
		size_t const length = io.uio_resid < sizeof bytes ? io.uio_resid : sizeof bytes;
		TRY(io.get(bytes, length));
		send(bytes, length);
	}
	return OK;
}

// report_status: the system's last word, without locks: nobody else runs any more.
static void report_status(int status)
{
	char text[16];
	int const length = snprintf(text, sizeof text, "%cX%d\n", DLE, status);
	uart_write(port, text, static_cast<size_t>(length));
}

static void host_attach(void *)
{
	char const *where = cmdline_get("hostio");
	if (where == nullptr)
		return;
	if (strcmp(where, "com3") != 0 || uart_attach(port, UART_COM3, IRQ_COM3) != OK ||
	    uart_input_start(port, host_input, nullptr) != OK) {
		printf("hostio=%s: no such serial line\n", where);
		return;
	}
	attached = true;
	shutdown_report = report_status;
}
SYSINIT(host, SI_SUB_DEVICES, SI_ORDER_ANY, host_attach, nullptr);

static constinit cdev const host_dev{"host", 0x0100, 0600, host_read, host_write};
CDEV(host_dev);
