// SPDX-License-Identifier: BSD-2-Clause
// The first program of a boot: how many instructions came before its own first.
// Written for Kestrel; started as init=/bench/first.
#include <fcntl.h>
#include <sys/reboot.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "lib/bench.h"

// first_start: the entry point, in place of the library's, which it goes on to.
__asm__(
	".globl	first_start\n"
	"first_start:\n"
	"	rdtsc\n"
	"	movl	%eax, first_low\n"
	"	movl	%edx, first_high\n"
	"	jmp	_start\n");

extern uint32_t first_low, first_high;
uint32_t first_low, first_high;

int
main(void)
{
	uint64_t const reset_to_here = (uint64_t)first_high << 32 | first_low;
	uint64_t kernel_entry;
	size_t size = sizeof kernel_entry;

	if (open("/dev/console", O_RDWR) != 0 || dup(0) != 1)
		return 1;
	if (sysctlbyname("bench.entry", &kernel_entry, &size, NULL, 0) != 0)
		bench_fatal("bench.entry");
	bench_value("boot", reset_to_here);
	bench_value("boot_kernel", reset_to_here - kernel_entry);
	reboot(RB_POWEROFF);
	return 1;
}
