// SPDX-License-Identifier: BSD-2-Clause
// Registration at link time: sets of pointers that the linker gathers from all files.
// After FreeBSD's linker sets (sys/linker_set.h); pointers only, since structs get padded.
#pragma once

// SET_ENTRY(set, object): put &object, an object of static storage, into the named set.
#define SET_ENTRY(set, obj) \
	[[gnu::section("set_" #set), gnu::used]] static constinit auto const *const \
	    set##_ptr_##obj = &obj

// SET_DECLARE(set, type): name the bounds of a set of `type const *`, in the file that walks it.
// An empty set has both bounds null.
#define SET_DECLARE(set, type) \
	extern "C" [[gnu::weak, gnu::visibility("hidden")]] type const *const __start_set_##set[]; \
	extern "C" [[gnu::weak, gnu::visibility("hidden")]] type const *const __stop_set_##set[]

// linker_set_range: for (T const *entry : linker_set_range{__start_set_x, __stop_set_x}) ...
template <class One>
struct linker_set_range final {
	One const *const *first;
	One const *const *past;

	One const *const *begin() const { return first; }
	One const *const *end() const { return past; }
};
