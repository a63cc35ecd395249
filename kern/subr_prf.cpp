// SPDX-License-Identifier: BSD-2-Clause
// printf and its family: to the console, to the message buffer, to memory.
// After FreeBSD's subr_prf.c; one lock makes each call's output one piece.
#include <kern/prf.hpp>

#include <kern/format.hpp>
#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/md.hpp>
#include <kern/mutex.hpp>
#include <kern/shutdown.hpp>
#include <kern/sysctl.hpp>

constinit console_listener *console_tap{};

namespace {

// The innermost lock: callers of printf may hold any other.
constinit spin_mtx console_mtx{"console", lock_rank::console};

// One CPU with interrupts off runs until mi_startup, perhaps without curthread: no lock is needed,
// and none would work. Set once.
constinit bool locks_work{};

// The last bytes printed. msgbuf_written counts all bytes ever; it wraps at 2^32, a multiple of the
// size. (console_mtx)
constexpr uint32_t msgbuf_size = 16384;
constinit char msgbuf[msgbuf_size]{};
constinit uint32_t msgbuf_written{};
constinit bool msgbuf_full{};

void console_put(void *, char c)
{
	cnputc(c);
	msgbuf[msgbuf_written % msgbuf_size] = c;
	msgbuf_written++;
	if (msgbuf_written == msgbuf_size)
		msgbuf_full = true;
	if (console_tap != nullptr)
		console_tap(c);
}

void console_vprintf(char const *text, va_list args)
{
	(void)format({console_put, nullptr}, text, args);
}

// The destination of vsnprintf.
struct bounded_text final {
	char  *at;
	size_t left;            // bytes that fit, the terminating zero not counted
};

void bounded_put(void *arg, char c)
{
	auto &text = *static_cast<bounded_text *>(arg);

	if (text.left == 0)
		return;
	*text.at++ = c;
	text.left--;
}

// msgbuf_read: up to `size` bytes from `*position` on, which is moved past them; what was
// overwritten meanwhile is skipped. Returns how many.
size_t msgbuf_read(uint32_t *position, char *to, size_t size)
{
	mtx_guard g{console_mtx};
	size_t count = 0;

	if (msgbuf_written - *position > msgbuf_size)
		*position = msgbuf_written - msgbuf_size;
	for (; count < size && *position != msgbuf_written; ++*position)
		to[count++] = msgbuf[*position % msgbuf_size];
	return count;
}

uint32_t msgbuf_start()
{
	mtx_guard g{console_mtx};
	return msgbuf_full ? msgbuf_written - msgbuf_size : 0;
}

// kern.msgbuf: the buffer's text, oldest first, as a string.
Errno sysctl_msgbuf(sysctl_oid const &, sysctl_req &req)
{
	char piece[128];
	uint32_t position = msgbuf_start();

	// Bounded, though other CPUs print on: a buffer's worth and no more.
	for (size_t sent = 0; sent < msgbuf_size;) {
		size_t const count = msgbuf_read(&position, piece, sizeof(piece));
		if (count == 0)
			break;
		TRY(sysctl_out(req, piece, count));
		sent += count;
	}
	return sysctl_out(req, "", 1);
}

SYSCTL_PROC(kern_msgbuf, "kern.msgbuf", "The last text on the console", sysctl_type::string,
    sysctl_access::ro, sysctl_msgbuf);

}

void prf_locks_work()
{
	locks_work = true;
}

void vprintf(char const *text, va_list args)
{
	// A panic may come in the middle of a line, with the lock held by this or a stopped CPU;
	// so may an entry into the debugger.
	if (!locks_work || panicking || kdb_active) {
		console_vprintf(text, args);
		return;
	}
	mtx_guard g{console_mtx};
	console_vprintf(text, args);
}

static void put_bytes(char const *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		cnputc(bytes[i]);
}

void console_write(char const *bytes, size_t length)
{
	if (panicking || kdb_active) {
		put_bytes(bytes, length);
		return;
	}
	mtx_guard g{console_mtx};
	put_bytes(bytes, length);
}

void printf(char const *text, ...)
{
	va_list args;

	va_start(args, text);
	vprintf(text, args);
	va_end(args);
}

int vsnprintf(char *buffer, size_t size, char const *text, va_list args)
{
	bounded_text to{buffer, size == 0 ? 0 : size - 1};
	int const length = format({bounded_put, &to}, text, args);

	if (size != 0)
		*to.at = '\0';
	return length;
}

int snprintf(char *buffer, size_t size, char const *text, ...)
{
	va_list args;

	va_start(args, text);
	int const length = vsnprintf(buffer, size, text, args);
	va_end(args);
	return length;
}
