// SPDX-License-Identifier: BSD-2-Clause
// halt [-r]: end this run of the system and cut the power; -r starts it again.
// After FreeBSD's halt(8), whose -p is the rule here.

#include <err.h>
#include <sys/reboot.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	int howto = RB_POWEROFF, option;

	while ((option = getopt(argc, argv, "rp")) != -1) {
		if (option == '?')
			errx(2, "usage: halt [-r]");
		howto = option == 'r' ? RB_AUTOBOOT : RB_POWEROFF;
	}
	reboot(howto);
	err(1, "reboot");
}
