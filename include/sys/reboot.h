// SPDX-License-Identifier: BSD-2-Clause
// Arguments of reboot.
// Numbers of FreeBSD 5.x.
#pragma once

#include <sys/abi.h>

#define RB_AUTOBOOT	0	// restart
#define RB_NOSYNC	0x0004	// do not write file systems back
#define RB_HALT		0x0008	// stop, power stays on
#define RB_POWEROFF	0x4000	// stop and cut the power

ABI_BEGIN_C
// reboot: end this run of the system; does not return on success.
int reboot(int howto);
ABI_END_C
