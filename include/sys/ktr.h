// SPDX-License-Identifier: BSD-2-Clause
// Records of the kernel's trace, as `sysctl debug.ktr.events` gives them.
// Written for Kestrel; FreeBSD's ktrdump reads kernel memory instead.
#pragma once

#include <sys/types.h>

#define KTR_WORDS	6	// words of an event

// One event. Behind it in memory, each ended by a zero byte: the event's name; its text with the
// names of the fields in braces; source file; function; the text with values; and for each of the
// KTR_WORDS words the string it points to, empty where it is none.
struct ktr_record {
	uint32_t	kr_size;	// bytes up to the next record
	uint32_t	kr_number;	// counts the events of its CPU
	uint64_t	kr_ns;		// uptime, nanoseconds
	uint32_t	kr_class;	// bit of debug.ktr.mask
	uint32_t	kr_cpu;
	uint32_t	kr_tid;		// thread that ran
	uint32_t	kr_line;	// in the source file
	uint32_t	kr_words[KTR_WORDS];
};
ABI_SIZE(struct ktr_record, 56);
