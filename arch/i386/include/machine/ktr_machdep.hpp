// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: instructions that read differently while somebody wants an event.
// Written for Kestrel; FreeBSD's KTR tests its mask at each event.
#pragma once

#include <kern/errno.hpp>

#include <cstdint>

struct ktr_entry;

// ktr_site: five bytes of code that some classes switch. Off, they are a nop, or a call of ks_from
// where that is not 0; on, a jump or a call to ks_to. In the section set_ktr_site, made by
// ktr_wanted() and by KTR_CALL of assym.h; scripts/gdb and tests read it too.
struct ktr_site final {
	uintptr_t ks_at;
	uintptr_t ks_from;
	uintptr_t ks_to;
	uint32_t  ks_classes;
};
static_assert(sizeof(ktr_site) == 16);

// ktr_wanted: whether one of the classes is recorded. While none is, this is one instruction that
// does nothing, and what depends on it stands elsewhere.
template <uint32_t classes>
[[gnu::always_inline]] inline bool ktr_wanted()
{
	asm inline goto("1:	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00\n"
		 "	.pushsection set_ktr_site, \"a?\", @progbits\n"
		 "	.long	1b, 0, %l[wanted], %c0\n"
		 "	.popsection"
		 : : "i"(classes) : : wanted);
	return false;
wanted:
	return true;
}

// ktr_slot: ktr_reserve() by ktr_slot.S, after which all registers but the result's are as before,
// so that the code around an event keeps nothing out of its way.
[[gnu::always_inline]] inline ktr_entry *ktr_slot()
{
	ktr_entry *e;
	asm inline volatile("call ktr_slot_%V0" : "=r"(e));
	return e;
}

// ktr_store_last: to = value, after the words in the order of memory; says nothing of other memory.
template <class One, class Words>
[[gnu::always_inline]] inline void ktr_store_last(One &to, One value, Words const &words)
{
	asm inline volatile("movl %1, %0" : "=m"(to) : "ri"(value), "m"(words));
}

// ktr_patch: all sites as the mask of classes wants them. EBUSY, with nothing changed: the code at
// one is not ours, as with a breakpoint that the kernel does not know of. All other CPUs stand
// still, and go on by an instruction that serialises; interrupts are off.
Errno ktr_patch(uint32_t mask);
