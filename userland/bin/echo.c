// SPDX-License-Identifier: BSD-2-Clause
// echo [-n] [WORD...]: the words with blanks between them, and a newline without -n.
// As 4.4BSD's.

#include <err.h>
#include <string.h>

int
main(int argc, char **argv)
{
	int first = 1, newline = 1;

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		newline = 0;
		first = 2;
	}
	for (int i = first; i < argc; i++)
		printf("%s%s", i > first ? " " : "", argv[i]);
	if (newline)
		putchar('\n');
	if (fflush(stdout) != 0)
		err(1, "standard output");
	return 0;
}
