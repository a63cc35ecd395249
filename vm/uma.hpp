// SPDX-License-Identifier: BSD-2-Clause
// Zones: caches of equal, typed kernel objects.
// After FreeBSD's uma(9) as of October 2002; init can fail here, see uma_init.
#pragma once

#include <kern/errno.hpp>
#include <kern/malloc.hpp>
#include <support/annotations.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

struct uma_zone;
using uma_zone_t = uma_zone *;

//   raw memory --init--> free item --ctor--> in use --dtor--> free item --fini--> raw memory
//
// init and fini bracket an item's life in its slab, ctor and dtor each use. `size` is the size
// given to uma_zcreate, `arg` what the caller of uma_zalloc_arg or uma_zfree_arg passed. An item
// keeps what init made (a kernel stack) through all its uses. Callbacks run with no zone lock held.
using uma_ctor = void (*)(void *mem, int size, void *arg);
using uma_dtor = void (*)(void *mem, int size, void *arg);
// In 2002 init returned nothing and so could not lack memory. Here it returns ENOMEM instead of
// sleeping; a caller with M_WAITOK then waits and init runs again.
using uma_init = Errno (*)(void *mem, int size);
using uma_fini = void (*)(void *mem, int size);

// Alignment masks for uma_zcreate.
enum uma_align : uint32_t {
	UMA_ALIGN_PTR = sizeof(void *) - 1,
	UMA_ALIGN_INT64 = 7,
	UMA_ALIGN_16 = 15,
	UMA_ALIGN_CACHE = 63,
};

// Flags for uma_zcreate.
enum uma_zone_flags : uint32_t {
	UMA_ZONE_NOFREE = 0x0020,       // slabs stay for ever: stale pointers keep their type
	UMA_ZONE_NOBUCKET = 0x0040,     // no per-CPU caches: for what the allocator itself needs
};

// uma_size_most: bytes of the largest item.
inline constexpr size_t uma_size_most = 64 * 1024;

// uma_startup: fourth step of start-up, see vm/vm.hpp. Zones work from here on.
void uma_startup();

// uma_zcreate: a new zone of items of `size` bytes (up to 64 KiB). Callbacks may be null. `name` is
// kept, not copied. Never fails: out of memory at this point is a panic. No spin lock held.
[[nodiscard]] uma_zone_t uma_zcreate(char const *name, size_t size, uma_ctor ctor, uma_dtor dtor,
    uma_init init, uma_fini fini, uint32_t align, uint32_t flags);

// uma_zdestroy: ends a zone, all of whose items have been freed; panics naming it otherwise.
void uma_zdestroy(uma_zone_t zone);

// uma_zalloc: an item. M_WAITOK: sleeps until there is one, never null, no lock held but Giant.
// M_NOWAIT: null when memory or the zone's limit is exhausted. M_ZERO: zeroed before ctor; not for
// zones with init. Otherwise the content is what init or nobody made. No spin lock held.
[[nodiscard]] void *uma_zalloc_arg(uma_zone_t zone, void *arg, uint32_t flags);
[[nodiscard]] inline void *uma_zalloc(uma_zone_t zone, uint32_t flags)
{
	return uma_zalloc_arg(zone, nullptr, flags);
}

// uma_zfree: gives an item back to its zone. No spin lock held. INVARIANTS kernels panic, naming
// zone and item, on a double free, on an address that is no item of this zone, on a write past the
// item's end, and, at the next allocation, on a write after free (zones without init).
void uma_zfree_arg(uma_zone_t zone, void *item, void *arg);
inline void uma_zfree(uma_zone_t zone, void *item)
{
	uma_zfree_arg(zone, item, nullptr);
}

// uma_zone_set_max: never more than `items` in use, cached ones included; 0 for no limit.
void uma_zone_set_max(uma_zone_t zone, uint32_t items);

// uma_zone_get_cur: items in use now; cached ones are not. Exact when nobody allocates meanwhile.
uint32_t uma_zone_get_cur(uma_zone_t zone);

// uma_zone_name, uma_zone_size: what uma_zcreate was told.
char const *uma_zone_name(uma_zone_t zone);
size_t uma_zone_size(uma_zone_t zone);

// uma_zone_first, uma_zone_next: walk of all zones, in order of creation; null ends it. Zones do
// not vanish while the walk is between calls only if the caller knows that nobody destroys one.
uma_zone_t uma_zone_first();
uma_zone_t uma_zone_next(uma_zone_t zone);

// uma_zone_drain: empties the zone's caches and frees its empty slabs. uma_reclaim: does so for all
// zones. Thread context; no lock of rank zone_list or above held.
void uma_zone_drain(uma_zone_t zone);
void uma_reclaim();

// uma_zone_of_item: the zone an item came from, or null when the address is no zone's. For kfree.
uma_zone_t uma_zone_of_item(void const *item);

// uma_zone_of<T>: a zone of T's, constructed at each allocation and destroyed at each free.
template <class One>
class uma_zone_of final {
public:
	// create: once, before first use.
	void create(char const *name, uint32_t flags = 0)
	{
		zone_ = uma_zcreate(name, sizeof(One), nullptr, nullptr, nullptr, nullptr,
		    alignof(One) - 1, flags);
	}

	// alloc: a new One{args...}, or null (M_NOWAIT only).
	template <class... Args>
	[[nodiscard]] One *alloc(uint32_t flags, Args &&...args)
	{
		void *item = uma_zalloc(zone_, flags);
		return item == nullptr ? nullptr : new (item) One{std::forward<Args>(args)...};
	}

	// free: destroys it; null is ignored.
	void free(One *item)
	{
		if (item == nullptr)
			return;
		item->~One();
		uma_zfree(zone_, item);
	}

	uma_zone_t zone() const { return zone_; }

private:
	uma_zone_t zone_{};
};
