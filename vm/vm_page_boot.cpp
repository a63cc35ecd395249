// SPDX-License-Identifier: BSD-2-Clause
// What physical memory there is: from the loader's ranges to the frame array.
// After FreeBSD's vm_page_startup() and phys_avail; ranges are clipped to the direct map.

#include <vm/vm_page.hpp>

#include <kern/kassert.hpp>
#include <support/bits.hpp>
#include <vm/vm_page_int.hpp>

#include <array>

namespace {

constexpr uint64_t first_mib = 1u << 20;
constexpr uint32_t least_frames = (512u << 10) >> page_shift;

// Usable memory in frames, [first, past), ascending and disjoint. Only start-up code touches it.
struct frame_run final {
	uint32_t first;
	uint32_t past;
};

constexpr size_t most_runs = 64;

struct boot_memory final {
	std::array<frame_run, most_runs> runs;
	size_t   count;
	uint32_t total;         // frames of memory in reach, reserved ones included
	uint32_t past;          // past the highest of them
};

constinit boot_memory boot{};

void insert_run(size_t at, frame_run run)
{
	if (boot.count == most_runs)
		panic("physical memory is in more than %zu pieces", most_runs);
	for (size_t i = boot.count++; i > at; i--)
		boot.runs[i] = boot.runs[i - 1];
	boot.runs[at] = run;
}

void erase_run(size_t at)
{
	boot.count--;
	for (size_t i = at; i < boot.count; i++)
		boot.runs[i] = boot.runs[i + 1];
}

// take_out: removes [first, past) from the runs, which may split one.
void take_out(uint32_t first, uint32_t past)
{
	for (size_t i = 0; i < boot.count;) {
		frame_run run = boot.runs[i];
		if (run.past <= first || past <= run.first) {
			i++;
			continue;
		}
		erase_run(i);
		if (past < run.past)
			insert_run(i, {past, run.past});
		if (run.first < first)
			insert_run(i++, {run.first, first});
	}
}

// put_in: adds [first, past), which may overlap what is there.
void put_in(uint32_t first, uint32_t past)
{
	take_out(first, past);
	size_t at = 0;
	while (at < boot.count && boot.runs[at].past <= first)
		at++;
	insert_run(at, {first, past});
	if (at + 1 < boot.count && boot.runs[at + 1].first == past) {
		boot.runs[at].past = boot.runs[at + 1].past;
		erase_run(at + 1);
	}
	if (at > 0 && boot.runs[at - 1].past == first) {
		boot.runs[at - 1].past = boot.runs[at].past;
		erase_run(at);
	}
}

// add_memory: whole frames inside the range and below the limit. Returns the bytes beyond it.
uint64_t add_memory(phys_range range)
{
	uint64_t const start = round_up<uint64_t>(range.start, page_size);
	uint64_t const end = round_down<uint64_t>(range.end, page_size);
	if (start >= end)
		return 0;
	uint64_t const kept = end < vm_layout::dmap_most ? end : vm_layout::dmap_most;
	if (start < kept)
		put_in(static_cast<uint32_t>(start >> page_shift),
		    static_cast<uint32_t>(kept >> page_shift));
	return end - (start < kept ? kept : start);
}

// reserve: every frame that the range touches.
void reserve(phys_range range)
{
	uint64_t const limit = vm_layout::dmap_most;
	uint64_t const end = range.end < limit ? range.end : limit;
	if (range.start < end)
		take_out(static_cast<uint32_t>(range.start >> page_shift),
		    static_cast<uint32_t>(round_up<uint64_t>(end, page_size) >> page_shift));
}

uint32_t count_frames()
{
	uint32_t frames = 0;
	for (size_t i = 0; i < boot.count; i++)
		frames += boot.runs[i].past - boot.runs[i].first;
	return frames;
}

}

void vm_page_bootstrap(std::span<phys_range const> memory, std::span<phys_range const> reserved)
{
	uint64_t beyond = 0;
	for (phys_range const &range : memory)
		beyond += add_memory(range);
	if (beyond != 0)
		printf("memory: %llu MiB beyond the direct map are not used\n",
		    static_cast<unsigned long long>(beyond >> 20));
	boot.total = count_frames();
	boot.past = boot.count == 0 ? 0 : boot.runs[boot.count - 1].past;
	reserve({0, first_mib});
	for (phys_range const &range : reserved)
		reserve(range);
	if (count_frames() < least_frames)
		panic("memory: only %u KiB are free, at least 512 are needed",
		    count_frames() * (page_size >> 10));
}

paddr vm_page_boot_alloc(uint32_t count)
{
	for (size_t i = 0; i < boot.count; i++) {
		frame_run &run = boot.runs[i];
		if (run.past - run.first < count)
			continue;
		uint32_t const first = run.first;
		take_out(first, first + count);
		return paddr{first << page_shift};
	}
	panic("memory: no %u adjoining frames for a start-up table", count);
}

paddr vm_page_dmap_end()
{
	return paddr{boot.past << page_shift};
}

void vm_page_startup()
{
	uint32_t const lowest = boot.runs[0].first;
	uint32_t const frames = boot.past - lowest;
	size_t const bytes = round_page(frames * sizeof(vm_page));
	paddr const where = vm_page_boot_alloc(static_cast<uint32_t>(bytes >> page_shift));
	vm_page_adopt({to_pointer<vm_page>(phys_to_dmap(where)), frames}, lowest, boot.total);
	// The free list is last in, first out: highest first leaves the lowest frames on top.
	// Between the runs lies what is no memory, or has been given away. The array itself may
	// have come from the start of the lowest run.
	uint32_t past = boot.past;
	for (size_t i = boot.count; i-- > 0; past = boot.runs[i].first) {
		vm_page_adopt_run(boot.runs[i].past, past, frame_use::reserved);
		vm_page_adopt_run(boot.runs[i].first, boot.runs[i].past, frame_use::free);
	}
	vm_page_adopt_run(lowest, past, frame_use::reserved);
}
