// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: a ring of events for each CPU, written without locks.
// After FreeBSD ktr(9): classes, CTR0 to CTR6.
#pragma once

#include <cstdint>
#include <type_traits>

// Classes, era values where it had them; `debug.ktr.mask` (command line ktr.mask=) selects.
enum : uint32_t {
	KTR_GEN = 0x00000001,
	KTR_LOCK = 0x00000008,
	KTR_INTR = 0x00000040,
	KTR_SIG = 0x00000080,
	KTR_SYSC = 0x00000800,
	KTR_PROC = 0x00001000,          // threads, KSEs, upcalls
	KTR_TRAP = 0x00010000,
	KTR_RUNQ = 0x00400000,
	KTR_SCHED = 0x20000000,
};

// ktr_mask: classes recorded now; 0 is off, and costs one load and a branch.
extern uint32_t ktr_mask;

// ktr_entry: format is kept by address and printed later; %s arguments must be static or outlive
// the ring, so pass names that do.
struct ktr_entry final {
	uint64_t    timestamp;          // nanouptime
	char const *format;
	uint32_t    mask;
	uint16_t    cpu;
	uint16_t    tid;                // td_tid, low half
	uintptr_t   args[6];
};

// ktr_record: any context, any locks.
void ktr_record(uint32_t mask, char const *format, uintptr_t a0, uintptr_t a1, uintptr_t a2,
    uintptr_t a3, uintptr_t a4, uintptr_t a5);

// ktr_print_last: the newest `count` events of all CPUs, newest first, on the console. For panic:
// takes no locks.
void ktr_print_last(uint32_t count);

// ktr_arg: what fits one argument word.
template <class One>
uintptr_t ktr_arg(One value)
{
	if constexpr (std::is_pointer_v<One>)
		return reinterpret_cast<uintptr_t>(value);
	else
		return static_cast<uintptr_t>(value);
}

template <class... Args>
	requires(sizeof...(Args) <= 6)
inline void ktr_event(uint32_t mask, char const *format, Args... args)
{
	if ((ktr_mask & mask) == 0) [[likely]]
		return;
	uintptr_t const words[6] = {ktr_arg(args)...};
	ktr_record(mask, format, words[0], words[1], words[2], words[3], words[4], words[5]);
}

// CTRn(mask, format, n arguments): history's spelling.
#define CTR0(mask, format) ktr_event(mask, format)
#define CTR1(mask, format, ...) ktr_event(mask, format, __VA_ARGS__)
#define CTR2(mask, format, ...) ktr_event(mask, format, __VA_ARGS__)
#define CTR3(mask, format, ...) ktr_event(mask, format, __VA_ARGS__)
#define CTR4(mask, format, ...) ktr_event(mask, format, __VA_ARGS__)
#define CTR5(mask, format, ...) ktr_event(mask, format, __VA_ARGS__)
#define CTR6(mask, format, ...) ktr_event(mask, format, __VA_ARGS__)
