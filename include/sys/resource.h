// SPDX-License-Identifier: BSD-2-Clause
// Resource usage of processes, as wait4 and getrusage return it.
// Layout of FreeBSD 5.x on the i386.
#pragma once

#include <sys/time.h>

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN	(-1)

struct rusage {
	struct timeval	ru_utime;	// time in user mode
	struct timeval	ru_stime;	// time in the kernel
	long		ru_maxrss;	// largest resident size, KiB
	long		ru_ixrss;
	long		ru_idrss;
	long		ru_isrss;
	long		ru_minflt;	// page faults without input
	long		ru_majflt;	// page faults with input
	long		ru_nswap;
	long		ru_inblock;
	long		ru_oublock;
	long		ru_msgsnd;
	long		ru_msgrcv;
	long		ru_nsignals;	// signals received
	long		ru_nvcsw;	// switches by own wish
	long		ru_nivcsw;	// switches forced
};
ABI_SIZE(struct rusage, 72);
ABI_OFFSET(struct rusage, ru_maxrss, 16);

ABI_BEGIN_C
int getrusage(int who, struct rusage *ru);
ABI_END_C
