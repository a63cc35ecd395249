// SPDX-License-Identifier: BSD-2-Clause
// Address spaces: ranges, faults, copy-on-write forks, and system calls with hostile arguments.
// Written for Kestrel.

#include <kern/proc.hpp>
#include <kern/selftest.hpp>
#include <kern/syscall.hpp>
#include <sys/mman.h>
#include <vm/vm_kern.hpp>
#include <vm/vm_map.hpp>
#include <vm/vm_page.hpp>

#include <string.h>

namespace {

constexpr vaddr base{0x10000000};

vmspace &new_space()
{
	return **vmspace_alloc();
}

// bytes_at: the frame behind a page of a space that need not be current, or null.
char *bytes_at(vmspace &vm, vaddr at)
{
	mtx_guard g{vm.vm_map_lock};
	vm_page *page = pmap_lookup(vm.vm_pmap, at);
	return page == nullptr ? nullptr : static_cast<char *>(vm_page_data(*page));
}

vm_page *frame_at(vmspace &vm, vaddr at)
{
	mtx_guard g{vm.vm_map_lock};
	return pmap_lookup(vm.vm_pmap, at);
}

uint32_t settled_free_frames()
{
	vm_reclaim();
	return vm_page_count().free;
}

}

SELFTEST(map_insert_refuses_overlap_and_bad_ranges)
{
	vmspace &vm = new_space();
	EXPECT(vm_map_insert(vm, base, 4 * page_size, VM_PROT_RW) == OK);
	EXPECT(vm_map_insert(vm, base + page_size, page_size, VM_PROT_RW) == EEXIST);
	EXPECT(vm_map_insert(vm, base - page_size, 2 * page_size, VM_PROT_RW) == EEXIST);
	EXPECT(vm_map_insert(vm, vaddr{}, page_size, VM_PROT_RW) == EINVAL);
	EXPECT(vm_map_insert(vm, base + 1, page_size, VM_PROT_RW) == EINVAL);
	EXPECT(vm_map_insert(vm, base + 0x100000, 0, VM_PROT_RW) == EINVAL);
	EXPECT(vm_map_insert(vm, vm_layout::user_max, page_size, VM_PROT_RW) == EINVAL);
	EXPECT(vm_map_insert(vm, vm_layout::user_max - page_size, 2 * page_size, VM_PROT_RW)
	    == EINVAL);
	EXPECT_EQ(4 * page_size, vmspace_size(vm));
	vmspace_free(&vm);
}

SELFTEST(map_neighbours_with_equal_rights_merge)
{
	vmspace &vm = new_space();
	EXPECT(vm_map_insert(vm, base, page_size, VM_PROT_RW) == OK);
	EXPECT(vm_map_insert(vm, base + 2 * page_size, page_size, VM_PROT_RW) == OK);
	EXPECT(vm_map_insert(vm, base + page_size, page_size, VM_PROT_RW) == OK);
	EXPECT_EQ(1, vm.vm_nentries);
	EXPECT(vm_map_protect(vm, base + page_size, page_size, VM_PROT_READ) == OK);
	EXPECT_EQ(3, vm.vm_nentries);
	EXPECT(vm_map_protect(vm, base + page_size, page_size, VM_PROT_RW) == OK);
	EXPECT_EQ(1, vm.vm_nentries);
	vmspace_free(&vm);
}

SELFTEST(map_remove_in_the_middle_leaves_both_ends)
{
	vmspace &vm = new_space();
	EXPECT(vm_map_insert(vm, base, 5 * page_size, VM_PROT_RW) == OK);
	EXPECT(vm_map_remove(vm, base + 2 * page_size, page_size) == OK);
	EXPECT(vm_fault(&vm, base + page_size, VM_PROT_WRITE) == OK);
	EXPECT(vm_fault(&vm, base + 2 * page_size, VM_PROT_READ) == EFAULT);
	EXPECT(vm_fault(&vm, base + 3 * page_size, VM_PROT_WRITE) == OK);
	EXPECT(vm_map_protect(vm, base, 5 * page_size, VM_PROT_READ) == ENOMEM);
	vmspace_free(&vm);
}

SELFTEST(fault_fills_with_zeroes_and_honours_rights)
{
	vmspace &vm = new_space();
	EXPECT(vm_map_insert(vm, base, page_size, VM_PROT_READ) == OK);
	EXPECT(vm_fault(&vm, base + 123, VM_PROT_WRITE) == EACCES);
	EXPECT(bytes_at(vm, base) == nullptr);
	EXPECT(vm_fault(&vm, base + 123, VM_PROT_READ) == OK);
	char const *bytes = bytes_at(vm, base);
	int sum = 0;
	for (uint32_t i = 0; i < page_size; i++)
		sum |= bytes[i];
	EXPECT_EQ(0, sum);
	EXPECT(vm_fault(&vm, vaddr{}, VM_PROT_READ) == EFAULT);
	EXPECT(vm_fault(&vm, vaddr{0xc0100000}, VM_PROT_READ) == EFAULT);
	EXPECT(vm_fault(nullptr, base, VM_PROT_READ) == EFAULT);
	vmspace_free(&vm);
}

SELFTEST(code_that_may_only_be_executed_can_be_fetched)
{
	vmspace &vm = **vmspace_alloc();
	EXPECT(vm_map_insert(vm, base, page_size, VM_PROT_EXECUTE) == OK);
	EXPECT(vm_fault(&vm, base, VM_PROT_READ) == OK);        // the processor says no more
	EXPECT(vm_fault(&vm, base, VM_PROT_WRITE) == EACCES);
	vmspace_free(&vm);
}

SELFTEST(page_without_rights_keeps_its_bytes)
{
	vmspace &vm = new_space();
	EXPECT(vm_map_insert(vm, base, page_size, VM_PROT_RW) == OK);
	EXPECT(vmspace_write(vm, base, "kept", 5) == OK);
	EXPECT(vm_map_protect(vm, base, page_size, VM_PROT_NONE) == OK);
	EXPECT(vm_fault(&vm, base, VM_PROT_READ) == EACCES);
	EXPECT(!pmap_extract(vm.vm_pmap, base));
	EXPECT(vm_map_protect(vm, base, page_size, VM_PROT_READ) == OK);
	EXPECT(vm_fault(&vm, base, VM_PROT_READ) == OK);
	EXPECT(strcmp(bytes_at(vm, base), "kept") == 0);
	vmspace_free(&vm);
}

SELFTEST(stack_lies_over_a_guard_that_mprotect_cannot_open)
{
	vmspace &vm = new_space();
	vaddr const top = vm_layout::user_max;
	EXPECT(vm_map_stack(vm, top, 16 * page_size) == OK);
	EXPECT(vm_fault(&vm, top - 4, VM_PROT_WRITE) == OK);
	EXPECT(vm_fault(&vm, top - 15 * page_size, VM_PROT_WRITE) == OK);
	EXPECT(vm_fault(&vm, top - 15 * page_size - 1, VM_PROT_WRITE) == EFAULT);
	EXPECT(vm_map_protect(vm, top - 16 * page_size, page_size, VM_PROT_RW) == EACCES);
	EXPECT(vm_map_stack(vm, base, vm_stack_most + page_size) == EINVAL);
	vmspace_free(&vm);
}

SELFTEST(break_moves_the_heap_within_its_bounds)
{
	vmspace &vm = new_space();
	EXPECT(vm_map_break(vm, base) == EINVAL);
	vm_map_set_heap(vm, base + 10);
	vaddr const start = base + page_size;
	EXPECT(vm_map_break(vm, start + 100) == OK);
	EXPECT(vm_fault(&vm, start + 50, VM_PROT_WRITE) == OK);
	EXPECT(vm_map_break(vm, start + 3 * page_size) == OK);
	EXPECT_EQ(3 * page_size, vmspace_size(vm));
	// Down to where the program's data ended, in the page before; not below that page.
	EXPECT(vm_map_break(vm, base + 10) == OK);
	EXPECT(vm_map_break(vm, base) == EINVAL);
	EXPECT(vm_map_break(vm, start + vm_data_most + 1) == ENOMEM);
	EXPECT(vm_map_break(vm, vaddr{0xffffffff}) == ENOMEM);
	EXPECT(vm_map_insert(vm, start + 5 * page_size, page_size, VM_PROT_RW) == OK);
	EXPECT(vm_map_break(vm, start + 6 * page_size) == ENOMEM);
	EXPECT(vm_map_break(vm, start) == OK);
	EXPECT_EQ(page_size, vmspace_size(vm));
	EXPECT_EQ(0, vmspace_resident(vm));
	vmspace_free(&vm);
}

SELFTEST(fork_shares_frames_until_one_side_writes)
{
	uint32_t const before = settled_free_frames();
	vmspace &parent = new_space();
	EXPECT(vm_map_insert(parent, base, 2 * page_size, VM_PROT_RW) == OK);
	EXPECT(vmspace_write(parent, base + page_size - 3, "across", 7) == OK);
	vmspace &child = **vmspace_fork(parent);
	EXPECT(frame_at(child, base) == frame_at(parent, base));
	EXPECT_EQ(2, vm_page_refs(*frame_at(parent, base)));
	// A reader goes on sharing, a writer gets its own copy, the last owner keeps the frame.
	EXPECT(vm_fault(&child, base, VM_PROT_READ) == OK);
	EXPECT(frame_at(child, base) == frame_at(parent, base));
	EXPECT(vm_fault(&child, base, VM_PROT_WRITE) == OK);
	vm_page *parents = frame_at(parent, base);
	EXPECT(frame_at(child, base) != parents);
	EXPECT_EQ(1, vm_page_refs(*parents));
	EXPECT(memcmp(bytes_at(child, base) + page_size - 3, "acr", 3) == 0);
	EXPECT(vm_fault(&parent, base, VM_PROT_WRITE) == OK);
	EXPECT(frame_at(parent, base) == parents);
	EXPECT(vmspace_write(child, base, "child", 6) == OK);
	EXPECT_EQ(0, bytes_at(parent, base)[0]);
	vmspace_free(&child);
	EXPECT_EQ(1, vm_page_refs(*frame_at(parent, base + page_size)));
	vmspace_free(&parent);
	EXPECT_EQ(before, settled_free_frames());
}

namespace {

// A process of its own for system calls, never scheduled: only its address space is looked at.
struct caller final {
	caller()
	{
		process.p_vmspace = &new_space();
		self.td_proc = &process;
	}
	~caller() { vmspace_free(process.p_vmspace); }
	caller(caller const &) = delete;
	caller &operator=(caller const &) = delete;

	Errno map(uint32_t addr, uint32_t len, int prot, int flags, int fd = -1)
	{
		mmap_args const uap{addr, len, prot, flags, fd, 0, 0, 0};
		return sys_mmap(&self, uap);
	}
	Errno unmap(uint32_t addr, uint32_t len) { return sys_munmap(&self, {addr, len}); }
	Errno protect(uint32_t addr, uint32_t len, int prot)
	{
		return sys_mprotect(&self, {addr, len, prot});
	}

	proc process{};
	thread self{};
};

constexpr int rw = PROT_READ | PROT_WRITE;
constexpr int fixed = MAP_ANON | MAP_PRIVATE | MAP_FIXED;
constexpr int anywhere = MAP_ANON | MAP_PRIVATE;

}

SELFTEST(mmap_refuses_hostile_arguments)
{
	caller c;
	EXPECT(c.map(0, 0, rw, anywhere) == EINVAL);
	EXPECT(c.map(0, page_size, 8, anywhere) == EINVAL);
	EXPECT(c.map(0, page_size, -1, anywhere) == EINVAL);
	EXPECT(c.map(0, page_size, rw, -1) == EINVAL);
	EXPECT(c.map(0, page_size, rw, MAP_ANON | MAP_SHARED) == EINVAL);
	EXPECT(c.map(0, page_size, rw, anywhere, 0) == EINVAL);
	EXPECT(c.map(0, page_size, rw, MAP_PRIVATE, -1) == EBADF);
	EXPECT(c.map(0, page_size, rw, MAP_PRIVATE, 0) == ENODEV);
	EXPECT(c.map(0, 0xffffffff, rw, anywhere) == ENOMEM);
	EXPECT(c.map(0, 0xbfc00000, rw, anywhere) == ENOMEM);
	EXPECT(c.map(0, page_size, rw, fixed) == EINVAL);
	EXPECT(c.map(0x10000001, page_size, rw, fixed) == EINVAL);
	EXPECT(c.map(0xbfc00000, page_size, rw, fixed) == EINVAL);
	EXPECT(c.map(0xc0100000, page_size, rw, fixed) == EINVAL);
	EXPECT(c.map(0xfffff000, page_size, rw, fixed) == EINVAL);
	EXPECT(c.map(0xfffff000, 0xfffff000, rw, fixed) == ENOMEM);
	EXPECT(c.map(0x10000000, 0xb0000000, rw, fixed) == EINVAL);
	EXPECT(c.map(0, 4 * page_size, PROT_READ, MAP_STACK) == EINVAL);
	EXPECT(c.map(0, page_size, rw, MAP_STACK) == EINVAL);
	EXPECT_EQ(0, c.process.p_vmspace->vm_nentries);
}

SELFTEST(munmap_and_mprotect_refuse_hostile_arguments)
{
	caller c;
	EXPECT(c.unmap(0x10000000, 0) == EINVAL);
	EXPECT(c.unmap(0, page_size) == EINVAL);
	EXPECT(c.unmap(0x10000000, 0xffffffff) == EINVAL);
	EXPECT(c.unmap(0xffffffff, 1) == EINVAL);
	EXPECT(c.unmap(0xc0000000, page_size) == EINVAL);
	EXPECT(c.unmap(0x10000000, page_size) == OK);
	EXPECT(c.protect(0x10000000, page_size, 16) == EINVAL);
	EXPECT(c.protect(0x10000000, page_size, PROT_READ) == ENOMEM);
	EXPECT(c.protect(0xfffffff0, 0x20, PROT_READ) == EINVAL);
	EXPECT(c.map(0x10000000, 2 * page_size, rw, fixed) == OK);
	EXPECT(c.protect(0x10000000, 3 * page_size, PROT_READ) == ENOMEM);
	EXPECT(vm_fault(c.process.p_vmspace, base, VM_PROT_WRITE) == OK);
	EXPECT(c.unmap(0x10000fff, 2) == OK);
	EXPECT_EQ(0, vmspace_size(*c.process.p_vmspace));
}

SELFTEST(mmap_finds_room_and_replaces_only_when_fixed)
{
	caller c;
	EXPECT(c.map(0, 1, rw, anywhere) == OK);
	uint32_t const first = c.self.td_retval[0];
	EXPECT_EQ(0, first & page_mask);
	EXPECT(c.map(first, page_size, rw, anywhere) == OK);
	EXPECT(c.self.td_retval[0] != first);
	vmspace &vm = *c.process.p_vmspace;
	EXPECT(vmspace_write(vm, vaddr{first}, "old", 4) == OK);
	EXPECT(c.map(first, page_size, PROT_READ, fixed) == OK);
	EXPECT_EQ(first, c.self.td_retval[0]);
	EXPECT(vm_fault(&vm, vaddr{first}, VM_PROT_READ) == OK);
	EXPECT_EQ(0, bytes_at(vm, vaddr{first})[0]);
}

SELFTEST(one_process_cannot_make_entries_without_end)
{
	caller c;
	Errno error = OK;
	uint32_t made = 0;
	for (uint32_t at = 0x10000000; error == OK && made <= vm_entries_most; made++) {
		error = c.map(at, page_size, rw, fixed);
		at += 2 * page_size;
	}
	EXPECT(error == ENOMEM);
	EXPECT(made <= vm_entries_most);
}
