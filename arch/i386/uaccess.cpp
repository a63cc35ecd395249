// SPDX-License-Identifier: BSD-2-Clause
// User memory from the kernel: range checks around the copying in support.S.
// After FreeBSD's copy(9), fetch(9) and store(9).
#include <kern/uaccess.hpp>

#include <kern/kassert.hpp>
#include <kern/proc.hpp>
#include <machine/pcpu.hpp>
#include <machine/uaccess_md.hpp>
#include <vm/vm.hpp>

namespace {

// in_user_space: the whole range lies below the kernel and does not wrap. Page 0 needs no test: it
// is never mapped, so that touching it faults.
bool in_user_space(uaddr at, size_t length)
{
	uint32_t const end = to_word(vm_layout::user_max);
	return to_word(at) <= end && length <= end - to_word(at);
}

// A fault may sleep.
void assert_may_fault()
{
	KASSERT(curthread->td_critnest == 0, "user memory access by thread %u at critical depth %u",
	    curthread->td_tid, curthread->td_critnest);
}

}

Errno copyin(uaddr from, void *to, size_t length)
{
	assert_may_fault();
	if (!in_user_space(from, length))
		return EFAULT;
	return Errno{user_copy(to, reinterpret_cast<void const *>(to_word(from)), length)};
}

Errno copyout(void const *from, uaddr to, size_t length)
{
	assert_may_fault();
	if (!in_user_space(to, length))
		return EFAULT;
	return Errno{user_copy(reinterpret_cast<void *>(to_word(to)), from, length)};
}

Errno copyinstr(uaddr from, char *to, size_t size, size_t *done)
{
	assert_may_fault();
	*done = 0;
	if (!in_user_space(from, 1))
		return EFAULT;
	// The string may end before `size` bytes reach the end of user space.
	size_t const room = to_word(vm_layout::user_max) - to_word(from);
	Errno const error{user_copy_string(to, reinterpret_cast<char const *>(to_word(from)),
	    size < room ? size : room, done)};
	return error == ENAMETOOLONG && room < size ? EFAULT : error;
}

result<uint32_t> fetch_word(uaddr from)
{
	assert_may_fault();
	uint32_t value;
	if (!in_user_space(from, sizeof value))
		return fail(EFAULT);
	if (user_load_word(reinterpret_cast<uint32_t const *>(to_word(from)), &value) != 0)
		return fail(EFAULT);
	return value;
}

Errno store_word(uaddr to, uint32_t value)
{
	assert_may_fault();
	if (!in_user_space(to, sizeof value))
		return EFAULT;
	return Errno{user_store_word(reinterpret_cast<uint32_t *>(to_word(to)), value)};
}

result<uint32_t> cas_word(uaddr at, uint32_t expected, uint32_t desired)
{
	assert_may_fault();
	uint32_t found;
	if (!in_user_space(at, sizeof found))
		return fail(EFAULT);
	auto *word = reinterpret_cast<uint32_t *>(to_word(at));
	if (user_cas_word(word, expected, desired, &found) != 0)
		return fail(EFAULT);
	return found;
}

uintptr_t onfault_resume(uintptr_t pc)
{
	for (onfault_range const *r = onfault_table; r != onfault_table_end; r++)
		if (pc >= r->from && pc < r->past)
			return r->resume;
	return 0;
}
