// SPDX-License-Identifier: BSD-2-Clause
// The BSD string calls of old.
// 4.3BSD names.
#pragma once

#include <stddef.h>
#include <sys/abi.h>

ABI_BEGIN_C
void bcopy(const void *src, void *dst, size_t n);
void bzero(void *dst, size_t n);
int bcmp(const void *a, const void *b, size_t n);
char *index(const char *s, int c);
char *rindex(const char *s, int c);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
int ffs(int mask);
ABI_END_C
