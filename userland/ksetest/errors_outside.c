// SPDX-License-Identifier: BSD-2-Clause
// Scenario: what the calls answer a process that is not in KSE mode.
// Written for Kestrel.
#include "scenarios.h"

#include <errno.h>

#define KERNEL_ADDRESS	0xc0100000u

void
scenario_errors(void)
{
	static struct kse_mailbox mailbox;
	static struct kse_thr_mailbox thread;
	struct kse_mailbox *in_kernel = (struct kse_mailbox *)(uintptr_t)KERNEL_ADDRESS;

	chapter("Errors outside KSE mode");
	check(errno_is(kse_exit(), EINVAL), "kse_exit: EINVAL");
	check(errno_is(kse_release(), EINVAL), "kse_release: EINVAL");
	check(errno_is(kse_wakeup(NULL), EINVAL), "kse_wakeup(NULL): EINVAL");
	check(errno_is(kse_wakeup(&mailbox), EINVAL), "kse_wakeup of a mailbox: EINVAL");
	check(errno_is(kse_thr_interrupt(&thread), EINVAL), "kse_thr_interrupt: EINVAL");
	check(errno_is(kse_create(NULL, 0), EFAULT), "kse_create without mailbox: EFAULT");
	check(errno_is(kse_create(in_kernel, 0), EFAULT),
	    "kse_create with a kernel address: EFAULT");
	check(errno_is(kse_create(in_kernel, 1), EFAULT), "the same for a new group: EFAULT");
	check(errno_is(kse_exit(), EINVAL), "and nothing has changed: kse_exit still says EINVAL");
}
