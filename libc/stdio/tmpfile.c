// SPDX-License-Identifier: BSD-2-Clause
// Temporary files: names, and streams where the system lets files be made.
// C11 7.21.4.3 and 7.21.4.4.

#include <stdio.h>
#include <unistd.h>

static char *
next_name(char name[L_tmpnam])
{
	static unsigned int serial;
	unsigned int mine = __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);

	snprintf(name, L_tmpnam, "/tmp/t%d.%05u", getpid(), mine % TMP_MAX);
	return name;
}

char *
tmpnam(char *name)
{
	static char own[L_tmpnam];

	return next_name(name != NULL ? name : own);
}

FILE *
tmpfile(void)
{
	char name[L_tmpnam];
	FILE *fp = fopen(next_name(name), "w+");

	if (fp != NULL)
		unlink(name);
	return fp;
}
