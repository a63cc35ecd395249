// SPDX-License-Identifier: BSD-2-Clause
// Numbering of the sysctl leaves at boot, and finding them by name and by number.
// Written for Kestrel; stands for the SLISTs of FreeBSD's kern_sysctl.c.
#include <kern/sysctl_tree.hpp>

#include <kern/kassert.hpp>
#include <kern/malloc.hpp>
#include <kern/sysinit.hpp>
#include <sys/sysctl.h>

#include <string.h>

SET_DECLARE(sysctl, sysctl_oid);

namespace {

// Numbers that user programs know from sys/sysctl.h.
struct fixed_number final {
	char const *name;
	int         number;
};
constinit fixed_number const fixed_numbers[] = {
	{"kern", CTL_KERN}, {"vm", CTL_VM}, {"vfs", CTL_VFS}, {"net", CTL_NET},
	{"debug", CTL_DEBUG}, {"hw", CTL_HW}, {"machdep", CTL_MACHDEP}, {"user", CTL_USER},
	{"kern.ostype", KERN_OSTYPE}, {"kern.osrelease", KERN_OSRELEASE},
	{"kern.osrevision", KERN_OSREV}, {"kern.version", KERN_VERSION},
	{"kern.maxproc", KERN_MAXPROC}, {"kern.hostname", KERN_HOSTNAME},
	{"kern.clockrate", KERN_CLOCKRATE}, {"kern.proc", KERN_PROC},
	{"kern.boottime", KERN_BOOTTIME},
	{"hw.machine", HW_MACHINE}, {"hw.model", HW_MODEL}, {"hw.ncpu", HW_NCPU},
	{"hw.physmem", HW_PHYSMEM}, {"hw.pagesize", HW_PAGESIZE},
};

constinit sysctl_entry *entries{};
constinit size_t entry_count{};

size_t depth_of(char const *name)
{
	size_t depth = 1;
	for (; *name != '\0'; name++)
		depth += *name == '.';
	return depth;
}

// fixed_number_of: of the name's first `length` bytes, or sysctl_auto_start.
int fixed_number_of(char const *name, size_t length)
{
	for (fixed_number const &fixed : fixed_numbers)
		if (strlen(fixed.name) == length && memcmp(fixed.name, name, length) == 0)
			return fixed.number;
	return sysctl_auto_start;
}

// compare_names: order of two leaves: by component, fixed numbers first, then the letters.
int compare_names(char const *a, char const *b)
{
	for (size_t depth = 1;; depth++) {
		size_t const a_length = sysctl_name_length(a, depth);
		size_t const b_length = sysctl_name_length(b, depth);
		if (a_length == b_length && memcmp(a, b, a_length) == 0) {
			if (a[a_length] == '\0' || b[b_length] == '\0')
				return (a[a_length] != '\0') - (b[b_length] != '\0');
			continue;
		}
		int const by_number = fixed_number_of(a, a_length) - fixed_number_of(b, b_length);
		if (by_number != 0)
			return by_number;
		// The components differ; one that the other starts with comes first.
		size_t const least = a_length < b_length ? a_length : b_length;
		int const by_text = memcmp(a, b, least);
		return by_text != 0 ? by_text : a_length < b_length ? -1 : 1;
	}
}

// number_entry: the numbers of `entry`, from those of the leaf before it (null for the first).
void number_entry(sysctl_entry &entry, sysctl_entry const *previous)
{
	char const *const name = entry.oid->name;
	bool same_parent = previous != nullptr;

	for (uint32_t d = 0; d < entry.depth; d++) {
		size_t const length = sysctl_name_length(name, d + 1);
		bool const compare = same_parent && d < previous->depth;
		bool const same = compare
		    && sysctl_name_length(previous->oid->name, d + 1) == length
		    && memcmp(name, previous->oid->name, length) == 0;
		int const fixed = fixed_number_of(name, length);
		if (same)
			entry.numbers[d] = previous->numbers[d];
		else if (fixed != sysctl_auto_start)
			entry.numbers[d] = fixed;
		else if (compare && previous->numbers[d] >= sysctl_auto_start)
			entry.numbers[d] = previous->numbers[d] + 1;
		else
			entry.numbers[d] = sysctl_auto_start;
		same_parent = same;
	}
	// A name that is another's, or another's node, would hide it.
	if (same_parent || (previous != nullptr && previous->depth < entry.depth
	    && strncmp(name, previous->oid->name, strlen(previous->oid->name)) == 0
	    && name[strlen(previous->oid->name)] == '.'))
		panic("sysctl %s: the name is taken by %s", name, previous->oid->name);
}

// sysctl_number: copy the linker set, sorted by insertion, and number it.
void sysctl_number(void *)
{
	linker_set_range<sysctl_oid> const set{__start_set_sysctl, __stop_set_sysctl};
	auto const most = static_cast<size_t>(set.past - set.first);

	entries = static_cast<sysctl_entry *>(kmalloc(most * sizeof(sysctl_entry),
	    M_WAITOK | M_ZERO));
	for (sysctl_oid const *oid : set) {
		size_t const depth = depth_of(oid->name);
		if (depth < 2 || depth > sysctl_depth_max)
			panic("sysctl %s: %zu components", oid->name, depth);
		size_t at = entry_count++;
		for (; at > 0 && compare_names(oid->name, entries[at - 1].oid->name) < 0; at--)
			entries[at] = entries[at - 1];
		entries[at] = {oid, static_cast<uint32_t>(depth), {}};
	}
	for (size_t i = 0; i < entry_count; i++)
		number_entry(entries[i], i == 0 ? nullptr : &entries[i - 1]);
}

SYSINIT(sysctl_number, SI_SUB_TUNABLES, SI_ORDER_FIRST, sysctl_number, nullptr);

// compare_numbers: order of two paths; a prefix comes before what it is a prefix of.
int compare_numbers(std::span<int const> a, std::span<int const> b)
{
	for (size_t i = 0; i < a.size() && i < b.size(); i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}

size_t sysctl_name_length(char const *name, size_t depth)
{
	size_t length = 0;

	for (; name[length] != '\0'; length++)
		if (name[length] == '.' && --depth == 0)
			break;
	return length;
}

std::span<sysctl_entry const> sysctl_entries()
{
	return {entries, entry_count};
}

sysctl_entry const *sysctl_after(std::span<int const> numbers)
{
	for (sysctl_entry const &entry : sysctl_entries())
		if (compare_numbers(entry.path(), numbers) > 0)
			return &entry;
	return nullptr;
}

sysctl_place sysctl_by_numbers(std::span<int const> numbers)
{
	for (sysctl_entry const &entry : sysctl_entries()) {
		auto const path = entry.path();
		if (numbers.size() > path.size()
		    || compare_numbers(path.first(numbers.size()), numbers) != 0)
			continue;
		return {&entry, numbers.size() == path.size()};
	}
	return {nullptr, false};
}

sysctl_place sysctl_by_name(char const *name, size_t *depth)
{
	size_t const length = strlen(name);

	*depth = depth_of(name);
	for (sysctl_entry const &entry : sysctl_entries()) {
		char const *const full = entry.oid->name;
		if (length == 0 || strncmp(full, name, length) != 0)
			continue;
		if (full[length] == '\0' || full[length] == '.')
			return {&entry, full[length] == '\0'};
	}
	return {nullptr, false};
}

sysctl_oid const *sysctl_find(char const *name)
{
	for (sysctl_oid const *oid : linker_set_range<sysctl_oid>{__start_set_sysctl,
	    __stop_set_sysctl})
		if (strcmp(oid->name, name) == 0)
			return oid;
	return nullptr;
}
