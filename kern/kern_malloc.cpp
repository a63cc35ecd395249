// SPDX-License-Identifier: BSD-2-Clause
// kmalloc and kfree: a zone for each power of two.
// After FreeBSD's kern_malloc.c over UMA; large blocks are zone items too.

#include <kern/malloc.hpp>

#include <kern/kassert.hpp>
#include <kern/sysinit.hpp>
#include <vm/uma.hpp>

#include <array>
#include <bit>

namespace {

constexpr unsigned least_shift = 4;
constexpr std::array<char const *, 13> names{"malloc-16", "malloc-32", "malloc-64", "malloc-128",
    "malloc-256", "malloc-512", "malloc-1024", "malloc-2048", "malloc-4096", "malloc-8192",
    "malloc-16384", "malloc-32768", "malloc-65536"};
constexpr size_t most = size_t{1} << (least_shift + names.size() - 1);
static_assert(most == uma_size_most);

// Set once at SI_SUB_KMEM.
constinit std::array<uma_zone_t, names.size()> kmalloc_zones{};

void kmeminit(void *)
{
	for (size_t i = 0; i < names.size(); i++)
		kmalloc_zones[i] = uma_zcreate(names[i], size_t{1} << (least_shift + i), nullptr,
		    nullptr, nullptr, nullptr, UMA_ALIGN_INT64, 0);
}

SYSINIT(kmem, SI_SUB_KMEM, SI_ORDER_FIRST, kmeminit, nullptr);

// zone_index: the smallest zone whose items hold `size` bytes.
size_t zone_index(size_t size)
{
	if (size <= size_t{1} << least_shift)
		return 0;
	return static_cast<size_t>(std::bit_width(size - 1)) - least_shift;
}

}

void *kmalloc(size_t size, uint32_t flags)
{
	KASSERT(size <= most, "kmalloc of %zu bytes", size);
	return uma_zalloc(kmalloc_zones[zone_index(size)], flags);
}

void kfree(void *block)
{
	if (block == nullptr)
		return;
	uma_zone_t zone = uma_zone_of_item(block);
	if (zone == nullptr)
		panic("kfree of %p, which no kmalloc returned", block);
	uma_zfree(zone, block);
}
