// SPDX-License-Identifier: BSD-2-Clause
// Stack frames that were overrun: the guard word in them, and the panic when it has changed.
// The two names are those of GCC's -fstack-protector.
#include <kern/kassert.hpp>
#include <kern/ksyms.hpp>
#include <kern/md.hpp>

// __stack_chk_guard: what functions put between their arrays and their return address, and compare
// before they return. Set once, before the first of them is called, and equal on all CPUs.
extern "C" {
extern uintptr_t __stack_chk_guard;
[[noreturn]] void __stack_chk_fail();
}

constinit uintptr_t __stack_chk_guard{0xaf0d0a00};

// The lowest byte stays 0, so that no text runs across it unnoticed.
[[gnu::no_stack_protector]]
void stack_guard_init(uint64_t seed)
{
	constexpr uint64_t spread = 0x9e3779b97f4a7c15;
	uint64_t const mixed = (seed + 1) * spread;
	__stack_chk_guard ^= static_cast<uintptr_t>(mixed >> 32) & ~uintptr_t{0xff};
}

void __stack_chk_fail()
{
	// The call is the last instruction of its function: what follows may be another one.
	uintptr_t const pc = reinterpret_cast<uintptr_t>(__builtin_return_address(0)) - 1;
	uint32_t offset = 0;
	char const *const name = ksym_lookup(pc, &offset);
	panic("stack frame of %s overrun, seen at %#x", name != nullptr ? name : "?", pc);
}
