// SPDX-License-Identifier: BSD-2-Clause
// Formats of the sized integer types.
// C11 7.8; int32_t is int, int64_t is long long, pointers and sizes are int.
#pragma once

#include <stdint.h>
#include <sys/abi.h>

typedef struct { intmax_t quot, rem; } imaxdiv_t;

#define PRId8	"d"
#define PRId16	"d"
#define PRId32	"d"
#define PRId64	"lld"
#define PRIdMAX	"jd"
#define PRIdPTR	"d"
#define PRIi8	"i"
#define PRIi16	"i"
#define PRIi32	"i"
#define PRIi64	"lli"
#define PRIiMAX	"ji"
#define PRIiPTR	"i"
#define PRIo8	"o"
#define PRIo16	"o"
#define PRIo32	"o"
#define PRIo64	"llo"
#define PRIoMAX	"jo"
#define PRIoPTR	"o"
#define PRIu8	"u"
#define PRIu16	"u"
#define PRIu32	"u"
#define PRIu64	"llu"
#define PRIuMAX	"ju"
#define PRIuPTR	"u"
#define PRIx8	"x"
#define PRIx16	"x"
#define PRIx32	"x"
#define PRIx64	"llx"
#define PRIxMAX	"jx"
#define PRIxPTR	"x"
#define PRIX8	"X"
#define PRIX16	"X"
#define PRIX32	"X"
#define PRIX64	"llX"
#define PRIXMAX	"jX"
#define PRIXPTR	"X"
#define SCNd32	"d"
#define SCNd64	"lld"
#define SCNu32	"u"
#define SCNu64	"llu"
#define SCNx32	"x"
#define SCNx64	"llx"

ABI_BEGIN_C
intmax_t imaxabs(intmax_t n);
imaxdiv_t imaxdiv(intmax_t n, intmax_t d);
intmax_t strtoimax(const char *s, char **end, int base);
uintmax_t strtoumax(const char *s, char **end, int base);
ABI_END_C
