// SPDX-License-Identifier: BSD-2-Clause
// Strings and memory, against the plainest loops, at all alignments.
// Written for Kestrel.
#include "tap.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define SPAN	70

static unsigned char left[256], right[256];

// The compiler must not know the operands: it would compute the results itself.
static void *
hide(const void *p)
{
	__asm__ volatile("" : "+r"(p));
	return (void *)(uintptr_t)p;
}

static void
pattern(unsigned char *area)
{
	for (int i = 0; i < 256; i++)
		area[i] = (unsigned char)(i * 31 + 7);
}

// Bytes of `area` that differ from a copy made byte by byte.
static int
copy_errors(bool overlapping)
{
	static unsigned char expected[256];
	int errors = 0;

	for (unsigned int from = 0; from < 9; from++) {
		for (unsigned int to = 0; to < 9; to++) {
			for (unsigned int n = 0; n < SPAN; n++) {
				unsigned char *target = overlapping ? left : right;
				pattern(left);
				memset(right, 0xaa, sizeof right);
				memcpy(expected, target, sizeof expected);
				for (unsigned int i = 0; i < n; i++)
					expected[40 + to + i] =
					    (unsigned char)((40 + from + i) * 31 + 7);
				void *got = (overlapping ? memmove : memcpy)(target + 40 + to,
				    left + 40 + from, n);
				errors += got != target + 40 + to;
				for (int i = 0; i < 256; i++)
					errors += target[i] != expected[i];
			}
		}
	}
	return errors;
}

static void
memory(void)
{
	int errors = 0;

	is(copy_errors(false), 0, "memcpy at all alignments and lengths up to %d", SPAN);
	is(copy_errors(true), 0, "memmove over itself, both ways");
	for (unsigned int at = 0; at < 9; at++) {
		for (unsigned int n = 0; n < SPAN; n++) {
			pattern(left);
			errors += memset(left + at, 0x1fe, n) != left + at;
			for (unsigned int i = 0; i < 256; i++)
				errors += left[i] != (i >= at && i < at + n ? 0xfe :
				    (unsigned char)(i * 31 + 7));
		}
	}
	is(errors, 0, "memset");
	ok(memcmp(hide("abc"), "abd", 3) < 0 && memcmp(hide("abd"), "abc", 3) > 0 &&
	    memcmp(hide("abc"), "abd", 2) == 0, "memcmp");
	ok(memcmp(hide("\200"), "\1", 1) > 0, "memcmp compares unsigned");
	const char *text = hide("hello");
	ok(memchr(text, 'l', 5) == text + 2 && memchr(text, 'z', 5) == NULL &&
	    memchr(text, 'o', 4) == NULL, "memchr");
	ok(memrchr(text, 'l', 5) == text + 3, "memrchr");
	ok(memmem(text, 5, "llo", 3) == text + 2 && memmem(text, 5, "lol", 3) == NULL, "memmem");
}

static void
strings(void)
{
	char buffer[16], *room = hide(buffer);
	const char *text = hide("a needle in the hay");

	ok(strlen(hide("")) == 0 && strlen(hide("abc")) == 3 && strnlen(hide("abcdef"), 4) == 4,
	    "strlen, strnlen");
	ok(strcmp(hide("abc"), "abc") == 0 && strcmp(hide("abc"), "abd") < 0 &&
	    strcmp(hide("b"), "abc") > 0 &&
	    strcmp(hide("ab"), "abc") < 0 && strcmp(hide("\200"), "\1") > 0, "strcmp");
	ok(strncmp(hide("abcx"), "abcy", 3) == 0 && strncmp(hide("abcx"), "abcy", 4) < 0 &&
	    strncmp(hide("a"), "b", 0) == 0, "strncmp");
	ok(strcmp(strcpy(room, "abc"), "abc") == 0 && strcmp(strcat(room, "def"), "abcdef") == 0,
	    "strcpy, strcat");
	memset(room, '#', sizeof buffer);
	strncpy(room, hide("ab"), 5);
	ok(memcmp(room, "ab\0\0\0#", 6) == 0, "strncpy fills with zeroes");
	strcpy(room, "ab");
	ok(strcmp(strncat(room, hide("cdef"), 2), "abcd") == 0, "strncat");
	ok(strlcpy(room, "abcdefgh", 4) == 8 && strcmp(room, "abc") == 0, "strlcpy");
	ok(strlcat(room, "xyz", 5) == 6 && strcmp(room, "abcx") == 0, "strlcat");
	ok(strchr(text, 'n') == text + 2 && strrchr(text, 'e') == text + 14 &&
	    strchr(text, 'z') == NULL && strchr(text, '\0') == text + 19, "strchr, strrchr");
	ok(strstr(text, "needle") == text + 2 && strstr(text, "") == text &&
	    strstr(text, "needles") == NULL, "strstr");
	ok(strspn(hide("aabbc"), "ab") == 4 && strcspn(hide("xyzabc"), "ab") == 3,
	    "strspn, strcspn");
	ok(strpbrk(text, "mlk") == text + 6 && strpbrk(text, "Z") == NULL, "strpbrk");
}

static void
splitting(void)
{
	char list[] = ",a,,bc,", *last, *rest;
	char fields[] = "x::y";

	ok(strcmp(strtok_r(list, ",", &last), "a") == 0 &&
	    strcmp(strtok_r(NULL, ",", &last), "bc") == 0 && strtok_r(NULL, ",", &last) == NULL,
	    "strtok_r");
	rest = fields;
	ok(strcmp(strsep(&rest, ":"), "x") == 0 && strcmp(strsep(&rest, ":"), "") == 0 &&
	    strcmp(strsep(&rest, ":"), "y") == 0 && strsep(&rest, ":") == NULL, "strsep");
	ok(strlen(strerror(2)) > 0 && strcmp(strerror(2), strerror(3)) != 0, "strerror");
	ok(strstr(strerror(12345), "12345") != NULL, "strerror of an unknown number names it");
}

// Strings that end with a page: not a byte behind them may be read.
static void
page_ends(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	int errors = 0;

	if (page == MAP_FAILED || munmap(page + 4096, 4096) != 0)
		bail_out("no memory");
	for (size_t n = 0; n < SPAN; n++) {
		char *text = page + 4095 - n;
		memset(page, 'x', 4096);
		page[4095] = '\0';
		errors += strlen(text) != n;
		errors += memchr(text, '\0', n + 1) != page + 4095;
		errors += strchr(text, '\0') != page + 4095;
		errors += memcmp(text, text, n + 1) != 0;
		errors += strcmp(text, text) != 0;
		memmove(text, text, n + 1);
		memcpy(left, text, n + 1);
		errors += strcmp((char *)left, text) != 0;
	}
	is(errors, 0, "nothing reads behind the end of a page");
}

static void
letters(void)
{
	int wrong = 0;

	for (int c = 0; c < 128; c++) {
		bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
		bool digit = c >= '0' && c <= '9';
		wrong += !!isupper(c) != upper;
		wrong += !!islower(c) != lower;
		wrong += !!isdigit(c) != digit;
		wrong += !!isalpha(c) != (upper || lower);
		wrong += !!isalnum(c) != (upper || lower || digit);
		wrong += !!isspace(c) != (c == ' ' || (c >= '\t' && c <= '\r'));
		wrong += !!isprint(c) != (c >= ' ' && c < 127);
		wrong += toupper(c) != (lower ? c - 32 : c);
		wrong += tolower(c) != (upper ? c + 32 : c);
	}
	is(wrong, 0, "the classes of all ASCII characters");
}

int
main(void)
{
	memory();
	strings();
	splitting();
	page_ends();
	letters();
	return done_testing();
}
