// SPDX-License-Identifier: BSD-2-Clause
// The table of system calls, made from the one list.
// After FreeBSD's init_sysent.c, there the output of a script; here of the preprocessor.
#include <kern/syscall.hpp>

// The list's lock column.
enum class syscall_lock { MPSAFE, GIANT };

// call_NAME: unpacks the copied-in words for sys_NAME. A record of no members still has size 1.
#define SYSCALL(number, name, nwords, lock) \
	static_assert(nwords <= syscall_max_words); \
	static_assert(sizeof(name##_args) == (nwords == 0 ? 1 : nwords * sizeof(uint32_t)), \
	    "argument words of " #name); \
	static Errno call_##name(thread *td, [[maybe_unused]] void const *words) \
	{ \
		return sys_##name(td, *static_cast<name##_args const *>(words)); \
	}
#include <sys/syscalls.def>
#undef SYSCALL

static consteval uint32_t highest_number()
{
	uint32_t highest = 0;
#define SYSCALL(number, name, nwords, lock) \
	highest = number > highest ? number : highest;
#include <sys/syscalls.def>
#undef SYSCALL
	return highest;
}

// By number; the last entry stays empty and serves all numbers beyond.
struct sysent_table final {
	sysent entries[highest_number() + 2];
};

static consteval sysent_table make_table()
{
	sysent_table table{};
#define SYSCALL(number, name, nwords, lock) \
	table.entries[number] = {call_##name, nwords, syscall_lock::lock == syscall_lock::MPSAFE, \
	    #name};
#include <sys/syscalls.def>
#undef SYSCALL
	return table;
}

static constexpr sysent_table table = make_table();

sysent const &sysent_lookup(uint32_t number)
{
	return table.entries[number <= highest_number() ? number : highest_number() + 1];
}
