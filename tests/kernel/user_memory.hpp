// SPDX-License-Identifier: BSD-2-Clause
// User memory for a test's process, so that curthread can play both sides of a mailbox.
// Written for Kestrel.
#pragma once

#include <kern/proc.hpp>
#include <kern/selftest.hpp>
#include <kern/uaccess.hpp>
#include <machine/pcpu.hpp>
#include <vm/pmap.hpp>
#include <vm/vm_map.hpp>

// user_memory: zeroed pages in an address space of curthread's process, until the end of the block.
// One at a time; the thread that made it ends it.
class user_memory final {
public:
	explicit user_memory(size_t pages)
	{
		vmspace &vm = **vmspace_alloc();
		EXPECT(vm_map_insert(vm, vaddr{base}, pages * page_size, VM_PROT_RW) == OK);
		curthread->td_proc->p_vmspace = &vm;
		pmap_activate(curthread);
	}
	~user_memory()
	{
		vmspace *vm = curthread->td_proc->p_vmspace;
		curthread->td_proc->p_vmspace = nullptr;
		pmap_activate(curthread);
		vmspace_free(vm);
	}
	user_memory(user_memory const &) = delete;
	user_memory &operator=(user_memory const &) = delete;

	// at: address of a byte of it.
	uaddr at(uint32_t offset) const { return uaddr{base + offset}; }
	// word, set_word: a word of it.
	uint32_t word(uint32_t offset) const
	{
		auto const value = fetch_word(at(offset));
		EXPECT(bool{value});
		return value ? *value : 0;
	}
	void set_word(uint32_t offset, uint32_t value)
	{
		EXPECT(store_word(at(offset), value) == OK);
	}

private:
	static constexpr uint32_t base = 0x10000000;
};
