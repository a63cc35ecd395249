// SPDX-License-Identifier: BSD-2-Clause
// General utilities.
// C11 7.22, POSIX and BSD names.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/abi.h>

#define EXIT_SUCCESS	0
#define EXIT_FAILURE	1
#define RAND_MAX	0x7fffffff
#define MB_CUR_MAX	1

typedef struct { int quot, rem; } div_t;
typedef struct { long quot, rem; } ldiv_t;
typedef struct { long long quot, rem; } lldiv_t;

ABI_BEGIN_C
extern char **environ;

// Allocation: safe from several KSEs and user threads, never from inside an upcall: a thread that
// lost its KSE while it holds the allocator's lock can only go on after the upcall.
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t size);
void *reallocf(void *p, size_t size);
void *reallocarray(void *p, size_t count, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **result, size_t alignment, size_t size);
void free(void *p);

ABI_NORETURN void abort(void);
ABI_NORETURN void exit(int status);
ABI_NORETURN void _Exit(int status);
ABI_NORETURN void quick_exit(int status);
int atexit(void (*func)(void));
int at_quick_exit(void (*func)(void));

char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);
int putenv(char *string);

int atoi(const char *s);
long atol(const char *s);
long long atoll(const char *s);
double atof(const char *s);
long strtol(const char *s, char **end, int base);
unsigned long strtoul(const char *s, char **end, int base);
long long strtoll(const char *s, char **end, int base);
unsigned long long strtoull(const char *s, char **end, int base);
double strtod(const char *s, char **end);
float strtof(const char *s, char **end);
long double strtold(const char *s, char **end);	// with the precision and range of double

void qsort(void *base, size_t count, size_t size, int (*cmp)(const void *, const void *));
void *bsearch(const void *key, const void *base, size_t count, size_t size,
    int (*cmp)(const void *, const void *));
int abs(int n);
long labs(long n);
long long llabs(long long n);
div_t div(int n, int d);
ldiv_t ldiv(long n, long d);
lldiv_t lldiv(long long n, long long d);

// Wide characters are the bytes 0 to 127 of the C locale.
int mblen(const char *s, size_t n);
int mbtowc(wchar_t *wide, const char *s, size_t n);
int wctomb(char *s, wchar_t wide);
size_t mbstowcs(wchar_t *wide, const char *s, size_t n);
size_t wcstombs(char *s, const wchar_t *wide, size_t n);

int rand(void);
int rand_r(unsigned int *state);
void srand(unsigned int seed);
long random(void);
void srandom(unsigned int seed);

// system: run a line with /bin/sh; wait status of the shell.
int system(const char *line);
const char *getprogname(void);
void setprogname(const char *name);
ABI_END_C
