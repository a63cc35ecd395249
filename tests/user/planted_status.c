// SPDX-License-Identifier: BSD-2-Clause
// Passes its tests and exits with 3 on purpose: the harness must not call that a success.
// Written for Kestrel.
#include <stdio.h>

int main(void)
{
	printf("1..1\nok 1 - a test that passes\n");
	return 3;
}
