// SPDX-License-Identifier: BSD-2-Clause
// Self tests of sysctl: numbering, walking, translation, reading, writing, and rights.
// Written for Kestrel.
#include <kern/selftest.hpp>
#include <kern/sysctl_meta.hpp>
#include <kern/sysctl_tree.hpp>
#include <machine/pcpu.hpp>
#include <sys/sysctl.h>

#include <string.h>

namespace {

constinit int value{1};
constinit int constant{42};
constinit char name[16]{"first"};
SYSCTL_INT(sysctl_test_value, "debug.sysctl_test.value", "A number", value, sysctl_access::rw, 0,
    100);
SYSCTL_INT(sysctl_test_constant, "debug.sysctl_test.constant", "Another", constant,
    sysctl_access::ro, 0, 0);
SYSCTL_STRING(sysctl_test_name, "debug.sysctl_test.name", "A text", name, sysctl_access::rw);

// kernel_request: a request whose buffers are the kernel's.
sysctl_req kernel_request(void *old_value, size_t old_length, void const *new_value,
    size_t new_length)
{
	sysctl_req req{};
	req.oldp = uaddr{reinterpret_cast<uintptr_t>(old_value)};
	req.oldlen = old_length;
	req.newp = uaddr{reinterpret_cast<uintptr_t>(new_value)};
	req.newlen = new_length;
	return req;
}

}

SELFTEST(sysctl_numbers_are_those_of_the_header)
{
	int const hostname[] = {CTL_KERN, KERN_HOSTNAME};
	int const page_size_path[] = {CTL_HW, HW_PAGESIZE};

	sysctl_place place = sysctl_by_numbers(hostname);
	EXPECT(place.leaf && strcmp(place.entry->oid->name, "kern.hostname") == 0);
	place = sysctl_by_numbers(page_size_path);
	EXPECT(place.leaf && strcmp(place.entry->oid->name, "hw.pagesize") == 0);
}

SELFTEST(sysctl_walk_meets_every_leaf_once_in_ascending_order)
{
	size_t met = 0;
	sysctl_entry const *at = sysctl_after({});

	while (at != nullptr && met <= sysctl_entries().size()) {
		EXPECT(at == &sysctl_entries()[met]);
		met++;
		at = sysctl_after(at->path());
	}
	EXPECT_EQ(sysctl_entries().size(), met);
}

SELFTEST(sysctl_names_translate_to_numbers_and_back)
{
	for (sysctl_entry const &entry : sysctl_entries()) {
		size_t depth;
		sysctl_place const by_name = sysctl_by_name(entry.oid->name, &depth);
		EXPECT(by_name.leaf && by_name.entry == &entry);
		EXPECT_EQ(entry.depth, depth);
		sysctl_place const by_numbers = sysctl_by_numbers(entry.path());
		EXPECT(by_numbers.leaf && by_numbers.entry == &entry);
	}
}

SELFTEST(sysctl_finds_a_node_but_no_part_of_a_word)
{
	size_t depth;

	sysctl_place place = sysctl_by_name("debug.sysctl_test", &depth);
	EXPECT(place.entry != nullptr && !place.leaf);
	EXPECT_EQ(2, depth);
	EXPECT(sysctl_by_name("debug.sysctl_tes", &depth).entry == nullptr);
	EXPECT(sysctl_by_name("debug.sysctl_test.", &depth).entry == nullptr);
	EXPECT(sysctl_by_name("", &depth).entry == nullptr);
}

SELFTEST(sysctl_reads_and_writes_within_the_range)
{
	sysctl_oid const &oid = *sysctl_find("debug.sysctl_test.value");
	int old_value = 0;
	size_t length = sizeof(old_value);
	int new_value = 100;

	value = 1;
	EXPECT(sysctl_kernel(oid, &old_value, &length, &new_value, sizeof(new_value)) == OK);
	EXPECT_EQ(1, old_value);
	EXPECT_EQ(sizeof(int), length);
	EXPECT_EQ(100, value);
	new_value = 101;
	EXPECT(sysctl_kernel(oid, nullptr, nullptr, &new_value, sizeof(new_value)) == EINVAL);
	EXPECT(sysctl_kernel(oid, nullptr, nullptr, &new_value, 2) == EINVAL);
	EXPECT_EQ(100, value);
}

SELFTEST(sysctl_tells_the_size_without_a_buffer_and_fills_a_short_one)
{
	sysctl_oid const &oid = *sysctl_find("debug.sysctl_test.name");
	char piece[4] = {'x', 'x', 'x', 'x'};
	size_t length = 0;

	(void)strlcpy(name, "first", sizeof(name));
	EXPECT(sysctl_kernel(oid, nullptr, &length, nullptr, 0) == OK);
	EXPECT_EQ(6, length);
	length = 3;
	EXPECT(sysctl_kernel(oid, piece, &length, nullptr, 0) == ENOMEM);
	EXPECT(memcmp(piece, "firx", 4) == 0);
}

SELFTEST(sysctl_text_that_is_too_long_changes_nothing)
{
	sysctl_oid const &oid = *sysctl_find("debug.sysctl_test.name");

	(void)strlcpy(name, "first", sizeof(name));
	EXPECT(sysctl_kernel(oid, nullptr, nullptr, "0123456789abcdef", 16) == EINVAL);
	EXPECT(strcmp(name, "first") == 0);
	EXPECT(sysctl_kernel(oid, nullptr, nullptr, "0123456789abcde", 15) == OK);
	EXPECT(strcmp(name, "0123456789abcde") == 0);
}

SELFTEST(sysctl_that_is_read_only_refuses_user_mode)
{
	sysctl_req req = kernel_request(nullptr, 0, nullptr, 4);

	// Refused before any look at the address.
	req.newp = uaddr{0x1000};
	req.td = curthread;
	EXPECT(sysctl_request(*sysctl_find("debug.sysctl_test.constant"), req) == EPERM);
	EXPECT_EQ(42, constant);
}

SELFTEST(sysctl_new_value_at_a_bad_address_is_a_fault)
{
	sysctl_req req = kernel_request(nullptr, 0, nullptr, 4);

	value = 7;
	req.newp = uaddr{0xc0100000};
	req.td = curthread;
	EXPECT(sysctl_request(*sysctl_find("debug.sysctl_test.value"), req) == EFAULT);
	EXPECT_EQ(7, value);
}

SELFTEST(sysctl_meta_answers_kind_and_description)
{
	char answer[32]{};
	size_t depth;
	sysctl_place const place = sysctl_by_name("debug.sysctl_test.value", &depth);
	int question[1 + sysctl_depth_max] = {CTL_SYSCTL_OIDFMT};
	memcpy(question + 1, place.entry->numbers, depth * sizeof(int));

	sysctl_req req = kernel_request(answer, sizeof(answer), nullptr, 0);
	EXPECT(sysctl_meta({question, 1 + depth}, req) == OK);
	uint32_t kind;
	memcpy(&kind, answer, sizeof(kind));
	EXPECT_EQ(CTLTYPE_INT, kind & CTLTYPE);
	EXPECT(kind & CTLFLAG_WR);
	EXPECT(strcmp(answer + sizeof(kind), "I") == 0);

	question[0] = CTL_SYSCTL_OIDDESCR;
	req = kernel_request(answer, sizeof(answer), nullptr, 0);
	EXPECT(sysctl_meta({question, 1 + depth}, req) == OK);
	EXPECT(strcmp(answer, "A number") == 0);
}

SELFTEST(sysctl_meta_translates_names_and_refuses_other_writes)
{
	int answer[sysctl_depth_max]{};
	int const name2oid[] = {CTL_SYSCTL_NAME2OID};
	int const next[] = {CTL_SYSCTL_NEXT};

	sysctl_req req = kernel_request(answer, sizeof(answer), "hw.ncpu", 7);
	EXPECT(sysctl_meta(name2oid, req) == OK);
	EXPECT_EQ(2 * sizeof(int), req.oldidx);
	EXPECT(answer[0] == CTL_HW && answer[1] == HW_NCPU);
	req = kernel_request(answer, sizeof(answer), "hw.nothing", 10);
	EXPECT(sysctl_meta(name2oid, req) == ENOENT);
	req = kernel_request(answer, sizeof(answer), "x", 1);
	EXPECT(sysctl_meta(next, req) == EPERM);
}
