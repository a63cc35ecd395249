// SPDX-License-Identifier: BSD-2-Clause
// Command-line words that set sysctls before anything uses them, and a report of the others.
// After FreeBSD's TUNABLE_INT and loader(8).
#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>

#include <string.h>

#include <limits>

namespace {

// Short names of tunables.
struct tunable_alias final {
	char const *name;
	char const *full;
};
constinit tunable_alias const aliases[] = {
	{"ktr.mask", "debug.ktr.mask"},
	{"sched.seed", "kern.sched.seed"},
};

// Words that are no sysctls; each is read by its subject.
constinit char const *const options[] = {
	"init", "console", "selftest", "smp", "gdb", "hostio", "debugexit",
};

char const *full_name(char const *name)
{
	for (tunable_alias const &alias : aliases)
		if (strcmp(alias.name, name) == 0)
			return alias.full;
	return name;
}

sysctl_oid const *find_tunable(char const *name)
{
	sysctl_oid const *const oid = sysctl_find(full_name(name));

	if (oid == nullptr || (oid->access != sysctl_access::tun
	    && oid->access != sysctl_access::rwtun))
		return nullptr;
	return oid;
}

bool is_option(char const *name)
{
	for (char const *option : options)
		if (strcmp(option, name) == 0)
			return true;
	return false;
}

// digit_of: value of a hexadecimal digit, or a number no base reaches.
unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return static_cast<unsigned>(c - '0');
	char const small = static_cast<char>(c | 0x20);
	if (small >= 'a' && small <= 'f')
		return static_cast<unsigned>(small - 'a') + 10;
	return 16;
}

// parse_number: decimal, 0x hexadecimal or 0 octal, with a sign; false when it is none of these or
// does not fit 64 bits.
bool parse_number(char const *text, int64_t *value)
{
	constexpr auto most = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
	bool const negative = *text == '-';
	unsigned base = 10;
	uint64_t magnitude = 0;

	if (negative)
		text++;
	if (text[0] == '0' && (text[1] | 0x20) == 'x') {
		base = 16;
		text += 2;
	} else if (text[0] == '0' && text[1] != '\0') {
		base = 8;
		text++;
	}
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned const digit = digit_of(*text);
		if (digit >= base || magnitude > (most - digit) / base)
			return false;
		magnitude = magnitude * base + digit;
	}
	*value = negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
	return true;
}

bool set_number(sysctl_oid const &oid, char const *text)
{
	int64_t wide;

	if (!parse_number(text, &wide))
		return false;
	if (oid.type == sysctl_type::u64)
		return sysctl_kernel(oid, nullptr, nullptr, &wide, sizeof(wide)) == OK;
	if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
		return false;
	int const value = static_cast<int>(wide);
	return sysctl_kernel(oid, nullptr, nullptr, &value, sizeof(value)) == OK;
}

void apply_tunables(void *)
{
	char const *name;
	char const *value;

	for (size_t i = 0; cmdline_word(i, &name, &value); i++)
		if (value != nullptr && find_tunable(name) != nullptr
		    && !sysctl_set_tunable(name, value))
			printf("command line: %s: bad value \"%s\"\n", name, value);
	cmdline_report_unknown();
}

SYSINIT(tunables, SI_SUB_TUNABLES, SI_ORDER_SECOND, apply_tunables, nullptr);

}

bool sysctl_set_tunable(char const *name, char const *value)
{
	sysctl_oid const *const oid = find_tunable(name);

	if (oid == nullptr)
		return false;
	switch (oid->type) {
	case sysctl_type::integer:
	case sysctl_type::u64:
		return set_number(*oid, value);
	case sysctl_type::string:
		return sysctl_kernel(*oid, nullptr, nullptr, value, strlen(value)) == OK;
	case sysctl_type::opaque:
		break;
	}
	return false;
}

void cmdline_report_unknown()
{
	char const *name;
	char const *value;

	for (size_t i = 0; cmdline_word(i, &name, &value); i++) {
		// QEMU's loader puts the kernel's file name first.
		if (i == 0 && value == nullptr)
			continue;
		if (is_option(name) || find_tunable(name) != nullptr)
			continue;
		printf("command line: %s: unknown, ignored\n", name);
	}
}
