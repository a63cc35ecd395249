// SPDX-License-Identifier: BSD-2-Clause
// Running out of frames: processes stop short of the kernel's reserve, kernel threads wait.
// Written for Kestrel.

#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_map.hpp>
#include <vm/vm_page.hpp>

namespace {

constexpr vaddr base{0x10000000};

uint32_t settled_free_frames()
{
	vm_reclaim();
	return vm_page_count().free;
}

// A chain of frames through their own bytes: any number of them without other memory.
class frame_hoard final {
public:
	// take_all: every frame that a caller with these flags can have.
	void take_all(uint32_t flags)
	{
		while (vm_page *page = vm_page_alloc(M_NOWAIT | flags)) {
			*static_cast<vm_page **>(vm_page_data(*page)) = top_;
			top_ = page;
		}
	}
	// give_one: the frame taken last goes back; false when none is left.
	bool give_one()
	{
		vm_page *page = top_;
		if (page == nullptr)
			return false;
		top_ = *static_cast<vm_page **>(vm_page_data(*page));
		vm_page_free(*page);
		return true;
	}

private:
	vm_page *top_{};
};

// What the sleeping thread and the test share.
struct shortage final {
	bool settled;           // the thread needs no memory any more but what it waits for
	bool go;
	vm_page *page;
};
constinit shortage shared{};

void wait_for_frame(void *)
{
	shared.settled = true;
	while (!shared.go)
		(void)tsleep(&shared, 0, "memtest", 1);
	shared.page = vm_page_alloc(M_WAITOK);
}

}

SELFTEST(process_cannot_take_the_last_frames)
{
	uint32_t const before = settled_free_frames();
	frame_hoard hoard;
	hoard.take_all(VM_ALLOC_USER);
	uint32_t const reserve = vm_page_count().free;
	EXPECT(reserve >= 16);
	vm_page *kernels = vm_page_alloc(M_NOWAIT);
	EXPECT(kernels != nullptr);
	vm_page_free(*kernels);
	while (hoard.give_one())
		;
	EXPECT_EQ(before, settled_free_frames());
}

SELFTEST(fault_and_fork_without_frames_fail_and_lose_nothing)
{
	uint32_t const before = settled_free_frames();
	vmspace &vm = **vmspace_alloc();
	EXPECT(vm_map_insert(vm, base, 16 * page_size, VM_PROT_RW) == OK);
	EXPECT(vm_fault(&vm, base, VM_PROT_WRITE) == OK);
	frame_hoard hoard;
	vm_reclaim();           // what the fault's second try would find
	hoard.take_all(VM_ALLOC_USER);
	EXPECT(vm_fault(&vm, base + page_size, VM_PROT_WRITE) == ENOMEM);
	result<vmspace *> const copy = vmspace_fork(vm);
	EXPECT(!copy && copy.error() == ENOMEM);
	vm_reclaim();
	hoard.take_all(VM_ALLOC_USER);
	hoard.give_one();       // a directory, but no page table
	result<vmspace *> const half = vmspace_fork(vm);
	EXPECT(!half && half.error() == ENOMEM);
	while (hoard.give_one())
		;
	EXPECT(vm_fault(&vm, base + page_size, VM_PROT_WRITE) == OK);
	EXPECT(vm_fault(&vm, base, VM_PROT_WRITE) == OK);
	vmspace_free(&vm);
	EXPECT_EQ(before, settled_free_frames());
}

SELFTEST(kernel_thread_sleeps_until_a_frame_is_freed)
{
	shared = shortage{};
	kthread_handle *sleeper = kthread_run("frame sleeper", wait_for_frame, nullptr);
	while (!shared.settled)
		(void)tsleep(&shared.settled, 0, "memtest", 1);
	frame_hoard hoard;
	vm_reclaim();
	hoard.take_all(0);
	shared.go = true;
	while (!vm_waiting())
		(void)tsleep(&hoard, 0, "memtest", 1);
	EXPECT(shared.page == nullptr);
	hoard.give_one();
	kthread_join(sleeper);
	EXPECT(shared.page != nullptr);
	vm_page_free(*shared.page);
	while (hoard.give_one())
		;
}
