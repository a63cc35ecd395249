// SPDX-License-Identifier: BSD-2-Clause
// Strings and memory.
// C11 7.24, POSIX and BSD names.
#pragma once

#include <stddef.h>
#include <sys/abi.h>

ABI_BEGIN_C
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
void *memrchr(const void *s, int c, size_t n);
void *memmem(const void *hay, size_t haylen, const void *needle, size_t len);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strcpy(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
char *stpcpy(char *dst, const char *src);
char *strcat(char *dst, const char *src);
char *strncat(char *dst, const char *src, size_t n);
// strlcpy, strlcat: size is that of dst; the result is the length of the string they tried to
// make, and dst ends with a NUL if size is not 0.
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcoll(const char *a, const char *b);
size_t strxfrm(char *dst, const char *src, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *hay, const char *needle);
char *strpbrk(const char *s, const char *accept);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strtok(char *s, const char *sep);
char *strtok_r(char *s, const char *sep, char **last);
char *strsep(char **s, const char *sep);
char *strdup(const char *s);
char *strndup(const char *s, size_t n);
char *strerror(int error);
int strerror_r(int error, char *buf, size_t size);
char *strsignal(int sig);
ABI_END_C
