// SPDX-License-Identifier: BSD-2-Clause
// Classes of characters, in the C locale. Arguments are EOF or an unsigned char.
// C11 7.4.
#pragma once

#include <sys/abi.h>

ABI_BEGIN_C
int isalnum(int c);
int isalpha(int c);
int isascii(int c);
int isblank(int c);
int iscntrl(int c);
int isdigit(int c);
int isgraph(int c);
int islower(int c);
int isprint(int c);
int ispunct(int c);
int isspace(int c);
int isupper(int c);
int isxdigit(int c);
int tolower(int c);
int toupper(int c);
ABI_END_C
