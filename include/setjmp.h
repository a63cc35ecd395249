// SPDX-License-Identifier: BSD-2-Clause
// Jumps out of functions.
// C11 7.13; setjmp saves the signal mask as BSD does, _setjmp does not.
#pragma once

#include <sys/abi.h>

// Words: ebx, esi, edi, ebp, esp, eip, x87 control word, mask is saved, signal mask (4).
typedef int jmp_buf[12];
typedef int sigjmp_buf[12];

ABI_BEGIN_C
int setjmp(jmp_buf env) __attribute__((__returns_twice__));
ABI_NORETURN void longjmp(jmp_buf env, int value);
int _setjmp(jmp_buf env) __attribute__((__returns_twice__));
ABI_NORETURN void _longjmp(jmp_buf env, int value);
int sigsetjmp(sigjmp_buf env, int savemask) __attribute__((__returns_twice__));
ABI_NORETURN void siglongjmp(sigjmp_buf env, int value);
ABI_END_C
