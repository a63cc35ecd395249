// SPDX-License-Identifier: BSD-2-Clause
// Asks the kernel for the figures that only it can take: its own thread switch.
// Written for Kestrel; the other half is kernel/switch.cpp.
#include <sys/sysctl.h>

#include "lib/bench.h"

static struct bench_samples samples;

int
main(void)
{
	size_t size = sizeof samples.value;

	if (sysctlbyname("bench.switch", samples.value, &size, NULL, 0) != 0)
		bench_fatal("bench.switch");
	samples.count = (unsigned int)(size / sizeof samples.value[0]);
	bench_report("thread_switch", &samples, 1);
	return 0;
}
