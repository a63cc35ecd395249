// SPDX-License-Identifier: BSD-2-Clause
// printf and its conversions, scanf, and buffered files.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// gives: the format and its arguments make this text, and snprintf returns its length.
static void
gives(const char *expected, const char *format, ...)
{
	char text[400];
	va_list ap;
	int n;

	memset(text, '#', sizeof text);
	va_start(ap, format);
	n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (!ok(strcmp(text, expected) == 0 && n == (int)strlen(expected), "\"%s\"", format))
		diag("gives \"%s\", %d; expected \"%s\"", text, n, expected);
}

static void
integers(void)
{
	gives("0 7 -7", "%d %d %d", 0, 7, -7);
	gives("2147483647 -2147483648", "%d %i", INT_MAX, INT_MIN);
	gives("4294967295", "%u", UINT_MAX);
	gives("ff FF 0xff 0XFF 0", "%x %X %#x %#X %#x", 255, 255, 255, 255, 0);
	gives("10 010", "%o %#o", 8, 8);
	gives("[   42] [42   ] [00042] [+42] [ 42]", "[%5d] [%-5d] [%05d] [%+d] [% d]", 42, 42,
	    42, 42, 42);
	gives("[  042] [-0042] [   ]", "[%5.3d] [%05d] [%3.0d]", 42, -42, 0);
	gives("[    7] [7    ]", "[%*d] [%*d]", 5, 7, -5, 7);
	gives("9223372036854775807 -9223372036854775808", "%lld %lld", LLONG_MAX, LLONG_MIN);
	gives("18446744073709551615 ffffffffffffffff", "%llu %llx", ULLONG_MAX, ULLONG_MAX);
	gives("-1 255 -1 65535", "%hhd %hhu %hd %hu", 255, 255, 65535, 65535);
	gives("123 456 789", "%ld %zu %jd", 123L, (size_t)456, (intmax_t)789);
	gives("-5", "%td", (ptrdiff_t)-5);
	gives("%", "%%");
	gives("0x1000", "%p", (void *)0x1000);
}

static void
texts(void)
{
	gives("abc", "%s", "abc");
	gives("[  abc] [abc  ] [ab]", "[%5s] [%-5s] [%.2s]", "abc", "abc", "abc");
	gives("[   ab]", "[%*.*s]", 5, 2, "abc");
	gives("x", "%c", 'x');
	gives("[  x] [x  ]", "[%3c] [%-3c]", 'x', 'x');
	gives("", "%s", "");
	char unterminated[3] = { 'a', 'b', 'c' };
	gives("abc", "%.3s", unterminated);
}

static void
reals(void)
{
	gives("0.000000 1.500000 -2.250000", "%f %f %f", 0.0, 1.5, -2.25);
	gives("3.14 3 3.", "%.2f %.0f %#.0f", 3.14159, 3.14159, 3.14159);
	gives("[    1.50] [1.50    ] [00001.50]", "[%8.2f] [%-8.2f] [%08.2f]", 1.5, 1.5, 1.5);
	gives("1.234560e+02 1.2E-03", "%e %.1E", 123.456, 0.0012);
	gives("0.0001 100000 1e+06 123.456", "%g %g %g %g", 0.0001, 100000.0, 1000000.0, 123.456);
	gives("inf -inf", "%f %f", __builtin_inf(), -__builtin_inf());
	gives("0.5 2 4", "%.1f %.0f %.0f", 0.5, 1.5, 3.5);
	gives("1000000000000000000000", "%.0f", 1e21);
}

static void
limits(void)
{
	char text[8];

	memset(text, '#', sizeof text);
	volatile size_t little = 4;	// a constant would be the compiler's to complain of
	is(snprintf(text, little, "%s", "abcdefgh"), 8, "snprintf tells the full length");
	ok(strcmp(text, "abc") == 0 && text[4] == '#', "and writes no more than there is room");
	is(snprintf(NULL, 0, "%d", 12345), 5, "with no room at all it only counts");
	is(sprintf(text, "%d", 99), 2, "sprintf");
	char *made = NULL;
	is(asprintf(&made, "%s-%d", "made", 7), 6, "asprintf");
	ok(made != NULL && strcmp(made, "made-7") == 0, "makes its text");
	free(made);
}

static void
scanning(void)
{
	int a = 0, b = 0;
	unsigned int c = 0;
	char word[16] = "", letter = 0;

	is(sscanf("12 -7 ff", "%d %d %x", &a, &b, &c), 3, "sscanf of three numbers");
	ok(a == 12 && b == -7 && c == 255, "has their values");
	is(sscanf("hello x", "%15s %c", word, &letter), 2, "sscanf of a word and a letter");
	ok(strcmp(word, "hello") == 0 && letter == 'x', "has them");
	is(sscanf("abc", "%d", &a), 0, "sscanf of what does not match");
	is(sscanf("", "%d", &a), EOF, "sscanf of nothing");
	is(sscanf("5,6", "%d,%d", &a, &b), 2, "sscanf with a separator");
}

static void
files(const char *self)
{
	FILE *fp = fopen(self, "r");
	char bytes[8], line[32];
	int fds[2];

	if (ok(fp != NULL, "fopen")) {
		is((long)fread(bytes, 1, 4, fp), 4, "fread");
		ok(memcmp(bytes, "\177ELF", 4) == 0, "gets the start");
		is(ftell(fp), 4, "ftell");
		is(fseek(fp, 1, SEEK_SET), 0, "fseek");
		is(fgetc(fp), 'E', "fgetc");
		is(ungetc('Q', fp), 'Q', "ungetc");
		is(fgetc(fp), 'Q', "gives it back");
		is(fgetc(fp), 'L', "then goes on");
		is(fseek(fp, 0, SEEK_END), 0, "fseek to the end");
		is(fgetc(fp), EOF, "nothing more");
		ok(feof(fp) && !ferror(fp), "feof");
		is(fclose(fp), 0, "fclose");
	}
	ok(fopen("/no/file", "r") == NULL && errno == ENOENT, "fopen of nothing");
	if (pipe(fds) != 0)
		bail_out("no pipe");
	FILE *out = fdopen(fds[1], "w"), *in = fdopen(fds[0], "r");
	ok(out != NULL && in != NULL, "fdopen");
	is(fprintf(out, "one %d\ntwo\nthree", 1), 15, "fprintf into a pipe");
	is(fputs("!\n", out) >= 0, 1, "fputs");
	is(fclose(out), 0, "fclose writes what is left");
	ok(fgets(line, sizeof line, in) != NULL && strcmp(line, "one 1\n") == 0, "fgets: a line");
	ok(fgets(line, 3, in) != NULL && strcmp(line, "tw") == 0, "fgets: as much as fits");
	ok(fgets(line, sizeof line, in) != NULL && strcmp(line, "o\n") == 0, "fgets: the rest");
	ok(fgets(line, sizeof line, in) != NULL && strcmp(line, "three!\n") == 0,
	    "fgets: the last");
	ok(fgets(line, sizeof line, in) == NULL && feof(in), "fgets: the end");
	fclose(in);
}

int
main(int argc, char **argv)
{
	integers();
	texts();
	reals();
	limits();
	scanning();
	files(argc > 0 ? argv[0] : "/tests/libc_stdio");
	return done_testing();
}
