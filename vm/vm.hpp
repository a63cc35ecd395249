// SPDX-License-Identifier: BSD-2-Clause
// Addresses as types, pages, and the map of the 4 GiB that every address space shares.
// After FreeBSD's vm/vm.h and machine/vmparam.h; the strong types are ours.
#pragma once

#include <cstddef>
#include <cstdint>

// vaddr, paddr: a virtual and a physical address. Made explicitly, so neither passes for the other.
enum class vaddr : uint32_t {};
enum class paddr : uint32_t {};

constexpr uint32_t to_word(vaddr a)
{
	return static_cast<uint32_t>(a);
}

constexpr uint32_t to_word(paddr a)
{
	return static_cast<uint32_t>(a);
}

// Distances are bytes and wrap as 32-bit arithmetic does; ranges from user mode are checked first.
constexpr vaddr operator+(vaddr a, size_t bytes)
{
	return vaddr{static_cast<uint32_t>(to_word(a) + bytes)};
}

constexpr vaddr operator-(vaddr a, size_t bytes)
{
	return vaddr{static_cast<uint32_t>(to_word(a) - bytes)};
}

constexpr size_t operator-(vaddr a, vaddr b)
{
	return to_word(a) - to_word(b);
}

constexpr paddr operator+(paddr a, size_t bytes)
{
	return paddr{static_cast<uint32_t>(to_word(a) + bytes)};
}

constexpr size_t operator-(paddr a, paddr b)
{
	return to_word(a) - to_word(b);
}

// to_pointer: a kernel address as a pointer. to_vaddr: the way back.
template <class One>
One *to_pointer(vaddr a)
{
	return reinterpret_cast<One *>(to_word(a));
}

inline vaddr to_vaddr(void const *pointer)
{
	return vaddr{static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer))};
}

inline constexpr uint32_t page_shift = 12;
inline constexpr uint32_t page_size = 1u << page_shift;
inline constexpr uint32_t page_mask = page_size - 1;

constexpr vaddr trunc_page(vaddr a)
{
	return vaddr{to_word(a) & ~page_mask};
}

constexpr bool is_page_aligned(vaddr a)
{
	return (to_word(a) & page_mask) == 0;
}

// round_page: bytes rounded up to whole pages; 0 for the last page's worth below 4 GiB (it wraps).
constexpr size_t round_page(size_t bytes)
{
	return (bytes + page_mask) & ~static_cast<size_t>(page_mask);
}

//   00000000  never mapped (one page)
//   00001000  user programs                     one per process
//   bfbff000  the signal trampoline; the first stack ends below it
//   bfc00000  top of user space
//   c0000000  direct map of physical memory     the kernel image lies in it, at c0100000
//   f0000000  kmem arena: stacks with guard pages, devices, multi-page slabs
//   ffc00000  not used
namespace vm_layout {

inline constexpr vaddr user_min{0x00001000};
inline constexpr vaddr sigcode{0xbfbff000};
inline constexpr vaddr user_max{0xbfc00000};
inline constexpr vaddr dmap_min{0xc0000000};
inline constexpr uint32_t dmap_most = 768u << 20;       // bytes of memory the kernel can use
inline constexpr vaddr kmem_min{0xf0000000};
inline constexpr vaddr kmem_max{0xffc00000};

}

// What an access needs and a mapping grants; a bit set, values of sys/mman.h's PROT_*.
enum vm_prot : uint8_t {
	VM_PROT_NONE = 0,
	VM_PROT_READ = 1,
	VM_PROT_WRITE = 2,
	VM_PROT_EXECUTE = 4,    // checked at faults; page tables without PAE cannot enforce it
	VM_PROT_RW = VM_PROT_READ | VM_PROT_WRITE,
	VM_PROT_ALL = 7,
};

// The boot order, all called by the machine's start-up code, interrupts off, curthread valid:
//   vm_page_bootstrap   learns what physical memory there is (touches none of it)
//   pmap_bootstrap      direct map, kernel page tables, CR0.WP; from here all memory is reachable
//   vm_page_startup     the frame array and the free list: vm_page_alloc works
//   uma_startup         zones and kmalloc work; kmem, kernel stacks and vmspaces too
