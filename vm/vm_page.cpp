// SPDX-License-Identifier: BSD-2-Clause
// The frame allocator: one free list under a spin lock, reference counts, sleepers for memory.
// After FreeBSD's vm/vm_page.c; no queues by age, since nothing is paged out.

#include <vm/vm_page.hpp>

#include <machine/pcpu.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <vm/vm_kern.hpp>
#include <vm/vm_page_int.hpp>

#include <new>
#include <string.h>

namespace {

// The frames lock may be taken anywhere but under the console's: allocation is legal under
// sched_lock.
constinit spin_mtx frames_lock{"free frames", lock_rank::frames};
constinit vm_page *free_head GUARDED_BY(frames_lock){};
constinit uint32_t free_count GUARDED_BY(frames_lock){};
constinit uint32_t user_count GUARDED_BY(frames_lock){};

// Set once by vm_page_adopt.
constinit std::span<vm_page> frames{};
constinit uint32_t first_frame{};
constinit uint32_t total_frames{};
constinit uint32_t reserved_frames{};

// Waiting for memory. A waiter counts itself in `waiters` before it looks; who frees advances
// `freed` before it looks at `waiters`. Both are sequentially consistent, so at least one sees the
// other; the mutex holds back the wakeup until the waiter is on its sleep queue.
constinit mtx memwait_lock{"memory wait", lock_rank::memwait};
constinit atomic<uint32_t> waiters{};
constinit atomic<uint32_t> freed{};

// What the kernel keeps from user processes: enough for the page tables, stacks and zone slabs that
// it takes to end one of them.
constexpr uint32_t reserve_least = 16;
constexpr uint32_t reserve_most = 256;
constexpr uint32_t reserve_share = 32;

// take_frame: off the free list with one reference, or null.
vm_page *take_frame(uint32_t flags)
{
	bool const user = (flags & VM_ALLOC_USER) != 0;
	mtx_guard g{frames_lock};
	if (free_count <= (user ? reserved_frames : 0))
		return nullptr;
	vm_page *page = free_head;
	free_head = page->pg_next;
	free_count--;
	user_count += user;
	page->pg_next = nullptr;
	page->pg_user = user;
	page->pg_refs.store(1, order::relaxed);
	return page;
}

void give_frame(vm_page &page)
{
	KASSERT(page.pg_slab == nullptr, "frame %p freed while it holds a slab", &page);
	mtx_guard g{frames_lock};
	user_count -= page.pg_user;
	page.pg_user = false;
	page.pg_next = free_head;
	free_head = &page;
	free_count++;
}

}

void vm_page_adopt(std::span<vm_page> pages, uint32_t first, uint32_t total)
{
	frames = pages;
	first_frame = first;
	total_frames = total;
	uint32_t const share = total / reserve_share;
	reserved_frames = share < reserve_least ? reserve_least
	    : share > reserve_most ? reserve_most : share;
}

void vm_page_adopt_run(uint32_t first, uint32_t past, frame_use use)
{
	vm_page *const bottom = frames.data() + (first - first_frame);
	mtx_guard g{frames_lock};
	vm_page *head = free_head;
	for (vm_page *page = bottom + (past - first); page-- != bottom;) {
		new (page) vm_page{};
		if (use == frame_use::reserved) {
			page->pg_refs.store(1, order::relaxed);
		} else {
			page->pg_next = head;
			head = page;
		}
	}
	free_head = head;
	if (use == frame_use::free)
		free_count += past - first;
}

vm_page *vm_page_alloc(uint32_t flags)
{
	vm_page *page = take_frame(flags);
	if (page == nullptr && (flags & M_WAITOK) != 0) {
		vm_waiter waiter;
		for (;;) {
			vm_reclaim();
			if ((page = take_frame(flags)) != nullptr)
				break;
			waiter.wait("vmpage");
		}
	}
	if (page != nullptr && (flags & M_ZERO) != 0)
		memset(vm_page_data(*page), 0, page_size);
	return page;
}

void vm_page_ref(vm_page &page)
{
	[[maybe_unused]] uint16_t const before = page.pg_refs.add(1, order::relaxed);
	KASSERT(before != 0 && before != UINT16_MAX, "frame %p has %u references", &page, before);
}

void vm_page_unref(vm_page &page)
{
	// acq_rel: the last one sees all that the others did to the frame.
	uint16_t const before = page.pg_refs.sub(1, order::acq_rel);
	KASSERT(before != 0, "frame %p freed twice", &page);
	if (before != 1)
		return;
	give_frame(page);
	vm_memory_freed();
}

void vm_page_free(vm_page &page)
{
	KASSERT(vm_page_refs(page) == 1, "frame %p freed with %u references", &page,
	    vm_page_refs(page));
	vm_page_unref(page);
}

uint32_t vm_page_refs(vm_page const &page)
{
	return page.pg_refs.load(order::acquire);    // pairs with vm_page_unref
}

paddr vm_page_to_phys(vm_page const &page)
{
	auto const index = static_cast<uint32_t>(&page - frames.data());
	return paddr{(first_frame + index) << page_shift};
}

vm_page *phys_to_vm_page(paddr at)
{
	uint32_t const index = (to_word(at) >> page_shift) - first_frame;
	return index < frames.size() ? &frames[index] : nullptr;
}

vm_page &vm_page_at(paddr at)
{
	uint32_t const index = (to_word(at) >> page_shift) - first_frame;
	KASSERT(index < frames.size(), "no frame at %#x", to_word(at));
	return frames[index];
}

vm_page_counts vm_page_count()
{
	mtx_guard g{frames_lock};
	return {
		.total = total_frames,
		.free = free_count,
		.user = user_count,
		.wired = total_frames - free_count - user_count,
	};
}

vm_waiter::vm_waiter()
{
	waiters.add(1, order::seq_cst);
	seen_ = freed.load(order::seq_cst);
}

vm_waiter::~vm_waiter()
{
	waiters.sub(1, order::relaxed);
}

void vm_waiter::wait(char const *wmesg)
{
	mtx_guard g{memwait_lock};
	while (freed.load(order::seq_cst) == seen_)
		(void)msleep(&freed, &memwait_lock, PVM, wmesg, 0);
	seen_ = freed.load(order::seq_cst);
}

bool vm_waiting()
{
	return waiters.load(order::seq_cst) != 0;
}

void vm_memory_freed()
{
	if (waiters.load(order::seq_cst) == 0) [[likely]]
		return;
	freed.add(1, order::seq_cst);
	mtx_guard g{memwait_lock};
	wakeup(&freed);
}

// --- vm.stats: frames by use --------------------------------------------------------------------

namespace {

template <auto Member>
Errno sysctl_frames(sysctl_oid const &, sysctl_req &req)
{
	vm_page_counts const counts = vm_page_count();
	return sysctl_out(req, &(counts.*Member), sizeof(counts.*Member));
}

SYSCTL_PROC(vm_stats_total, "vm.stats.total", "frames of memory within the kernel's reach",
    sysctl_type::integer, sysctl_access::ro, sysctl_frames<&vm_page_counts::total>);
SYSCTL_PROC(vm_stats_free, "vm.stats.free", "frames that nobody has", sysctl_type::integer,
    sysctl_access::ro, sysctl_frames<&vm_page_counts::free>);
SYSCTL_PROC(vm_stats_user, "vm.stats.user", "frames of processes, their page tables included",
    sysctl_type::integer, sysctl_access::ro, sysctl_frames<&vm_page_counts::user>);
SYSCTL_PROC(vm_stats_wired, "vm.stats.wired", "frames of the kernel, its image included",
    sysctl_type::integer, sysctl_access::ro, sysctl_frames<&vm_page_counts::wired>);

}
