// SPDX-License-Identifier: BSD-2-Clause
// Passes its tests, but makes the kernel leak on purpose: the harness must notice.
// Written for Kestrel.
#include <stdio.h>
#include <sys/sysctl.h>

int main(void)
{
	int kept;
	size_t size = sizeof(kept);

	printf("1..1\n%sok 1 - a test that passes\n",
	    sysctlbyname("debug.planted.leak", &kept, &size, NULL, 0) == 0 && kept ? "" : "not ");
	return 0;
}
