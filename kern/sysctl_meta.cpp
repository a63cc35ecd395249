// SPDX-License-Identifier: BSD-2-Clause
// Questions about sysctl variables themselves: name, successor, numbers, kind, description.
// After FreeBSD's kern_sysctl.c.
#include <kern/sysctl_meta.hpp>

#include <kern/sysctl_tree.hpp>
#include <sys/sysctl.h>

#include <string.h>

namespace {

// kind_of: history's word of type and flags.
uint32_t kind_of(sysctl_oid const &oid)
{
	uint32_t kind = CTLFLAG_RD;

	if (oid.access == sysctl_access::rw || oid.access == sysctl_access::rwtun)
		kind |= CTLFLAG_WR;
	if (oid.access == sysctl_access::tun || oid.access == sysctl_access::rwtun)
		kind |= CTLFLAG_TUN;
	switch (oid.type) {
	case sysctl_type::integer:
		return kind | CTLTYPE_INT;
	case sysctl_type::u64:
		return kind | CTLTYPE_QUAD;
	case sysctl_type::string:
		return kind | CTLTYPE_STRING;
	case sysctl_type::opaque:
		break;
	}
	return kind | CTLTYPE_OPAQUE;
}

char const *format_of(sysctl_oid const &oid)
{
	switch (oid.type) {
	case sysctl_type::integer:
		return "I";
	case sysctl_type::u64:
		return "Q";
	case sysctl_type::string:
		return "A";
	case sysctl_type::opaque:
		break;
	}
	return "S";
}

Errno answer_name(std::span<int const> numbers, sysctl_req &req)
{
	sysctl_place const place = sysctl_by_numbers(numbers);

	if (numbers.empty() || place.entry == nullptr)
		return ENOENT;
	char const *const name = place.entry->oid->name;
	TRY(sysctl_out(req, name, sysctl_name_length(name, numbers.size())));
	return sysctl_out(req, "", 1);
}

Errno answer_next(std::span<int const> numbers, sysctl_req &req)
{
	sysctl_entry const *const next = sysctl_after(numbers);

	if (next == nullptr)
		return ENOENT;
	return sysctl_out(req, next->numbers, next->depth * sizeof(int));
}

// answer_name2oid: the name is the new value, with or without its zero.
Errno answer_name2oid(sysctl_req &req)
{
	char name[CTL_MAXSTR + 1];
	size_t depth;

	if (req.newlen == 0)
		return ENOENT;
	if (req.newlen > CTL_MAXSTR)
		return ENAMETOOLONG;
	size_t const length = req.newlen;
	TRY(sysctl_in(req, name, length));
	name[length] = '\0';
	sysctl_place const place = sysctl_by_name(name, &depth);
	if (place.entry == nullptr)
		return ENOENT;
	return sysctl_out(req, place.entry->numbers, depth * sizeof(int));
}

Errno answer_oidfmt(std::span<int const> numbers, sysctl_req &req)
{
	sysctl_place const place = sysctl_by_numbers(numbers);

	if (numbers.empty() || place.entry == nullptr)
		return ENOENT;
	sysctl_oid const &oid = *place.entry->oid;
	uint32_t const kind = place.leaf ? kind_of(oid) : CTLFLAG_RD | CTLTYPE_NODE;
	char const *const format = place.leaf ? format_of(oid) : "N";
	TRY(sysctl_out(req, &kind, sizeof(kind)));
	return sysctl_out(req, format, strlen(format) + 1);
}

Errno answer_description(std::span<int const> numbers, sysctl_req &req)
{
	sysctl_place const place = sysctl_by_numbers(numbers);

	if (!place.leaf)
		return ENOENT;
	char const *const description = place.entry->oid->description;
	return sysctl_out(req, description, strlen(description) + 1);
}

}

Errno sysctl_meta(std::span<int const> numbers, sysctl_req &req)
{
	auto const about = numbers.subspan(1);

	// Only a name to translate comes in as a new value; it changes nothing and needs no right.
	if (numbers[0] == CTL_SYSCTL_NAME2OID)
		return answer_name2oid(req);
	if (req.newp != uaddr{})
		return EPERM;
	switch (numbers[0]) {
	case CTL_SYSCTL_NAME:
		return answer_name(about, req);
	case CTL_SYSCTL_NEXT:
		return answer_next(about, req);
	case CTL_SYSCTL_OIDFMT:
		return answer_oidfmt(about, req);
	case CTL_SYSCTL_OIDDESCR:
		return answer_description(about, req);
	default:
		return ENOENT;
	}
}
