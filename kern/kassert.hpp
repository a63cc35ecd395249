// SPDX-License-Identifier: BSD-2-Clause
// Assertions and the end of the world: KASSERT, panic, Debugger, printf.
// After FreeBSD's KASSERT(9) and panic(9).
#pragma once

#include <kern/config.hpp>

#include <cstdarg>
#include <cstddef>

// panic: print the message, curthread, the locks it holds and a symbolised backtrace; stop all
// CPUs; leave with the panic status. Callable anywhere. A panic within a panic stops at once.
[[noreturn, gnu::format(printf, 1, 2)]] void panic(char const *format, ...);

// printf: to the console and the message buffer. Callable anywhere, with any lock held.
// Conversions: % d i u x X o c s p, flags - 0 +, width, precision, *, and hh h l ll z j.
[[gnu::format(printf, 1, 2)]] void printf(char const *format, ...);
void vprintf(char const *format, va_list args);

// snprintf: as printf, into `size` bytes, always terminated when size is not 0. Returns the length
// that the whole text would have had, without its terminating zero.
[[gnu::format(printf, 3, 4)]] int snprintf(char *buffer, size_t size, char const *format, ...);
int vsnprintf(char *buffer, size_t size, char const *format, va_list args);

// Debugger: stop for a debugger with a message, and go on when it says so. Without any, a panic.
void Debugger(char const *message);

// KASSERT(condition, format, ...): in INVARIANTS kernels, panic with the message and the place when
// the condition is false. The condition has no side effects: RELEASE kernels do not evaluate it.
#define KASSERT(condition, ...) \
	do { \
		if constexpr (config::invariants) { \
			if (!(condition)) [[unlikely]] \
				kassert_failed(#condition, __FILE__, __LINE__, __VA_ARGS__); \
		} \
	} while (false)

[[noreturn, gnu::format(printf, 4, 5)]] void kassert_failed(char const *condition, char const *file,
    int line, char const *format, ...);
