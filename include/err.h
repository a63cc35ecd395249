// SPDX-License-Identifier: BSD-2-Clause
// Error messages of the form "program: text: reason" on standard error.
// 4.4BSD names.
#pragma once

#include <stdio.h>

ABI_BEGIN_C
ABI_NORETURN void err(int status, const char *format, ...) __printf_like(2, 3);
ABI_NORETURN void errx(int status, const char *format, ...) __printf_like(2, 3);
ABI_NORETURN void verr(int status, const char *format, va_list ap) __printf_like(2, 0);
ABI_NORETURN void verrx(int status, const char *format, va_list ap) __printf_like(2, 0);
void warn(const char *format, ...) __printf_like(1, 2);
void warnx(const char *format, ...) __printf_like(1, 2);
void vwarn(const char *format, va_list ap) __printf_like(1, 0);
void vwarnx(const char *format, va_list ap) __printf_like(1, 0);
ABI_END_C
