// SPDX-License-Identifier: BSD-2-Clause
// Hangs on purpose: the harness must report a timeout.
// Written for Kestrel.
#include <stdio.h>

int main(void)
{
	printf("1..1\n# begin planted_hang\n");
	fflush(stdout);
	for (;;)
		;
}
