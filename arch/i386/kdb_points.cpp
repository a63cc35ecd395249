// SPDX-License-Identifier: BSD-2-Clause
// Where the debugger stops: software breakpoints in memory, the processor's four for the rest.
// Written for Kestrel after Intel's manual, volume 3, "Debug registers".
#include <kern/kdb.hpp>
#include <kern/kern_proc.hpp>
#include <machine/cpufunc.hpp>
#include <machine/kdb_machdep.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>
#include <vm/vm.hpp>

namespace {

constexpr uint8_t breakpoint_instruction = 0xcc;
constexpr uint8_t breakpoint_operand = 3;       // of int $3, which is two bytes
constexpr size_t software_most = 128;
constexpr size_t hardware_most = 4;

// One that is in memory. sp_space: whose address space it is in, null for the kernel's.
struct software_point final {
	bool      sp_used;
	uint8_t   sp_saved;
	uintptr_t sp_at;
	vmspace  *sp_space;
};

// What a debug register watches.
struct hardware_point final {
	bool          hp_used;
	bool          hp_own;           // kdb_own_point's
	kdb_point     hp_kind;
	uintptr_t     hp_at;
	size_t        hp_length;
	thread const *hp_thread;
};

// Changed in sessions only: one CPU at a time.
constinit software_point software[software_most]{};
constinit atomic<uint32_t> software_changes{0};
constinit hardware_point hardware[hardware_most]{};

// Debug register 7.
constexpr uint32_t dr7_reserved = 0x400;
constexpr uint32_t dr7_write = 1, dr7_access = 3;

uint32_t control_bits(size_t i, hardware_point const &p)
{
	uint32_t const kind = p.hp_kind == kdb_point::write ? dr7_write :
	    p.hp_kind == kdb_point::access ? dr7_access : 0;
	uint32_t const length = kind == 0 ? 0 : static_cast<uint32_t>(p.hp_length - 1);
	return 2u << 2 * i | (kind | length << 2) << (16 + 4 * i);
}

vmspace *space_of(thread const *td, uintptr_t at)
{
	if (at >= to_word(vm_layout::user_max))
		return nullptr;
	return td != nullptr && td->td_proc != nullptr ? td->td_proc->p_vmspace : nullptr;
}

software_point *software_find(vmspace const *space, uintptr_t at)
{
	for (software_point &p : software)
		if (p.sp_used && p.sp_at == at && p.sp_space == space)
			return &p;
	return nullptr;
}

// thread_in: some thread of the process that has that address space now, or null: it has ended.
struct space_search final {
	vmspace const *space;
	thread        *found;
};
thread *thread_in(vmspace const *space)
{
	if (space == nullptr)
		return curthread;
	space_search s{space, nullptr};
	kdb_each_thread(
	    [](thread *td, void *arg) {
		    auto &wanted = *static_cast<space_search *>(arg);
		    if (td->td_proc->p_vmspace == wanted.space)
			    wanted.found = td;
		    return wanted.found == nullptr;
	    },
	    &s);
	return s.found;
}

bool software_set(thread const *td, uintptr_t at)
{
	vmspace *const space = space_of(td, at);
	if (software_find(space, at) != nullptr)
		return true;
	software_changes.add(1, order::relaxed);
	for (software_point &p : software) {
		if (p.sp_used)
			continue;
		if (!kdb_read(td, at, &p.sp_saved, 1))
			return false;
		// Known before it is in memory: what writes it may run into it.
		p.sp_at = at;
		p.sp_space = space;
		p.sp_used = true;
		if (kdb_write(td, at, &breakpoint_instruction, 1))
			return true;
		p.sp_used = false;
		return false;
	}
	return false;
}

// The process may have ended, or unmapped the page: then there is nothing to put back.
void software_remove(software_point &p)
{
	uint8_t now;
	software_changes.add(1, order::relaxed);
	thread const *const td = thread_in(p.sp_space);
	if (td != nullptr && kdb_read(td, p.sp_at, &now, 1) && now == breakpoint_instruction)
		(void)kdb_write(td, p.sp_at, &p.sp_saved, 1);
	p.sp_used = false;
}

bool hardware_set(hardware_point const &wanted)
{
	for (hardware_point &p : hardware) {
		if (p.hp_used)
			continue;
		p = wanted;
		return true;
	}
	return false;
}

hardware_point *hardware_find(kdb_point kind, uintptr_t at, size_t length)
{
	for (hardware_point &p : hardware)
		if (p.hp_used && !p.hp_own && p.hp_kind == kind && p.hp_at == at &&
		    p.hp_length == length)
			return &p;
	return nullptr;
}

}

bool kdb_point_set(thread const *td, kdb_point kind, uintptr_t at, size_t length)
{
	if (kind == kdb_point::software)
		return software_set(td, at);
	if (kind == kdb_point::hardware)
		length = 1;
	if ((length != 1 && length != 2 && length != 4) || at % length != 0)
		return false;
	return hardware_find(kind, at, length) != nullptr ||
	    hardware_set({true, false, kind, at, length, nullptr});
}

bool kdb_point_clear(thread const *td, kdb_point kind, uintptr_t at, size_t length)
{
	if (kind == kdb_point::software) {
		software_point *p = software_find(space_of(td, at), at);
		// gdb removes a breakpoint with another thread at hand than it was set with.
		for (software_point &other : software)
			if (p == nullptr && other.sp_used && other.sp_at == at)
				p = &other;
		if (p != nullptr)
			software_remove(*p);
		return true;
	}
	if (hardware_point *p = hardware_find(kind, at, kind == kdb_point::hardware ? 1 : length))
		p->hp_used = false;
	return true;
}

void kdb_point_clear_all()
{
	for (software_point &p : software)
		if (p.sp_used)
			software_remove(p);
	for (hardware_point &p : hardware)
		p.hp_used = false;
}

bool kdb_point_drop(uintptr_t at)
{
	for (software_point &p : software) {
		if (!p.sp_used || p.sp_at != at || p.sp_space != nullptr)
			continue;
		uint32_t const cr0 = rcr0();
		load_cr0(cr0 & ~CR0_WP);
		*reinterpret_cast<uint8_t volatile *>(at) = p.sp_saved;
		load_cr0(cr0);
		p.sp_used = false;
		return true;
	}
	return false;
}

bool kdb_poke(thread const *td, uintptr_t at, void const *from, size_t length)
{
	if (!kdb_write(td, at, from, length))
		return false;
	for (size_t i = 0; i < length; i++) {
		software_point *const p = software_find(space_of(td, at + i), at + i);
		if (p == nullptr)
			continue;
		p->sp_saved = static_cast<uint8_t const *>(from)[i];
		(void)kdb_write(td, at + i, &breakpoint_instruction, 1);
	}
	return true;
}

void kdb_code_read(uintptr_t at, uint8_t *to, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		software_point const *const p = software_find(nullptr, at + i);
		to[i] = p != nullptr ? p->sp_saved : *reinterpret_cast<uint8_t const *>(at + i);
	}
}

void kdb_code_write(uintptr_t at, uint8_t const *from, size_t length)
{
	uint32_t const cr0 = rcr0();
	load_cr0(cr0 & ~CR0_WP);
	for (size_t i = 0; i < length; i++) {
		if (software_point *const p = software_find(nullptr, at + i); p != nullptr)
			p->sp_saved = from[i];
		else
			*reinterpret_cast<uint8_t volatile *>(at + i) = from[i];
	}
	load_cr0(cr0);          // which serialises
}

kdb_met kdb_breakpoint_met(uintptr_t at)
{
	// Another CPU's session may come between any two looks: then both are made again.
	for (;;) {
		uint32_t const changes = software_changes.load(order::relaxed);
		uint8_t found = 0;
		bool const ours = kdb_breakpoint_is_set(at);
		bool const there = !kdb_read(curthread, at, &found, 1) ||
		    found == breakpoint_instruction || found == breakpoint_operand;
		if (changes == software_changes.load(order::relaxed))
			return ours ? kdb_met::ours : there ? kdb_met::foreign : kdb_met::gone;
	}
}

bool kdb_breakpoint_is_set(uintptr_t at)
{
	return software_find(space_of(curthread, at), at) != nullptr;
}

bool kdb_own_point(uintptr_t at, thread const *td)
{
	return hardware_set({true, true, kdb_point::hardware, at, 1, td});
}

void kdb_own_point_clear()
{
	for (hardware_point &p : hardware)
		if (p.hp_own)
			p = {};
}

kdb_hit kdb_point_hit(uint32_t dr6)
{
	kdb_hit hit{};
	for (size_t i = 0; i < hardware_most; i++) {
		hardware_point const &p = hardware[i];
		if ((dr6 & 1u << i) == 0 || !p.hp_used)
			continue;
		if (p.hp_own && p.hp_thread != nullptr && p.hp_thread != curthread) {
			hit.elsewhere = true;
			continue;
		}
		hit.hit = true;
		hit.own = hit.own || p.hp_own;
		hit.data = p.hp_kind != kdb_point::hardware;
		hit.address = p.hp_at;
	}
	return hit;
}

bool kdb_watched(uintptr_t at)
{
	for (hardware_point const &p : hardware)
		if (p.hp_used && p.hp_kind != kdb_point::hardware && p.hp_at == at)
			return true;
	return false;
}

bool kdb_point_at(uintptr_t at)
{
	for (hardware_point const &p : hardware)
		if (p.hp_used && p.hp_kind == kdb_point::hardware && p.hp_at == at)
			return true;
	return false;
}

void kdb_points_off()
{
	load_dr7(dr7_reserved);
}

void kdb_load_points()
{
	uint32_t control = dr7_reserved;
	load_dr7(control);
	for (size_t i = 0; i < hardware_most; i++) {
		if (!hardware[i].hp_used)
			continue;
		load_dr(i, hardware[i].hp_at);
		control |= control_bits(i, hardware[i]);
	}
	load_dr7(control);
}
