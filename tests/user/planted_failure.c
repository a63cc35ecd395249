// SPDX-License-Identifier: BSD-2-Clause
// Fails on purpose: the harness must report one failed test and nothing else.
// Written for Kestrel.
#include <stdio.h>

int main(void)
{
	printf("1..2\nok 1 - a test that passes\nnot ok 2 - planted_failure\n");
	return 1;
}
