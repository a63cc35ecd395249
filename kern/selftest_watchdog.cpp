// SPDX-License-Identifier: BSD-2-Clause
// The end of a test that does not end.
// Written for Kestrel; times are hang detectors, not targets.
#include <kern/selftest_watch.hpp>

#include <kern/callout.hpp>
#include <kern/hang.hpp>
#include <kern/sysctl.hpp>

namespace {

constinit int timeout{60};
SYSCTL_INT(selftest_timeout, "kern.selftest.timeout", "Seconds until an in-kernel test hangs",
    timeout, sysctl_access::rwtun, 1, 3600);

constinit callout watchdog{};

// expired: from the clock interrupt.
void expired(void *)
{
	hang(nullptr, "not done after %d seconds", timeout);
}

}

void selftest_watch_start()
{
	callout_reset(&watchdog, timeout * hz, expired, nullptr);
}

void selftest_watch_stop()
{
	(void)callout_stop(&watchdog);
}
