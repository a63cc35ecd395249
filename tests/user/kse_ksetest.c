// SPDX-License-Identifier: BSD-2-Clause
// The scenarios of ksetest as a test: it tells its facts in TAP itself.
// Written for Kestrel.
#include "tap.h"

#include <unistd.h>

int
main(void)
{
	char *argv[] = { "ksetest", "-t", "-k", "3", "-n", "12", "-r", "10", NULL };

	execv("/bin/ksetest", argv);
	bail_out("no /bin/ksetest");
}
