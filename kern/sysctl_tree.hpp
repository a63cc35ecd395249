// SPDX-License-Identifier: BSD-2-Clause
// All sysctl leaves in the order of their numbers: the one structure behind names and numbers.
// Written for Kestrel; numbers of FreeBSD's sys/sysctl.h where it fixes them.
#pragma once

#include <kern/sysctl.hpp>

#include <cstddef>
#include <span>

// Most components of a name in this kernel.
inline constexpr size_t sysctl_depth_max = 6;
// Numbers that no header fixes start here, among each node's children (history's CTL_AUTO_START).
inline constexpr int sysctl_auto_start = 256;

// sysctl_entry: a leaf and the numbers of its name's components. Constant after SI_SUB_TUNABLES.
struct sysctl_entry final {
	sysctl_oid const *oid;
	uint32_t          depth;
	int               numbers[sysctl_depth_max];

	std::span<int const> path() const { return {numbers, depth}; }
};

// sysctl_entries: all of them, ascending by numbers.
std::span<sysctl_entry const> sysctl_entries();

// What a list of numbers names: a leaf; a node, shown by its first leaf; or nothing (null entry).
struct sysctl_place final {
	sysctl_entry const *entry;
	bool                leaf;
};
sysctl_place sysctl_by_numbers(std::span<int const> numbers);

// sysctl_by_name: the same for a dotted name; *depth gets the number of its components.
sysctl_place sysctl_by_name(char const *name, size_t *depth);

// sysctl_after: the first leaf behind these numbers, inside the node if they name one; null at the
// end.
sysctl_entry const *sysctl_after(std::span<int const> numbers);

// sysctl_name_length: bytes of a full name's first `depth` components.
size_t sysctl_name_length(char const *name, size_t depth);
