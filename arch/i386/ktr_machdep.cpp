// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: switching the instructions at which events are recorded.
// Written for Kestrel after Intel's manual, volume 3, "Handling self- and cross-modifying code".
#include <machine/ktr_machdep.hpp>

#include <kern/kdb.hpp>

#include <string.h>

extern "C" ktr_site const __start_set_ktr_site[];
extern "C" ktr_site const __stop_set_ktr_site[];

namespace {

constexpr uint8_t op_call = 0xe8, op_jmp = 0xe9;

// What a site holds: always one instruction, so that no CPU can have stopped inside of it.
struct site_code final {
	uint8_t bytes[5];

	bool operator==(site_code const &) const = default;
};
constexpr site_code nop{{0x0f, 0x1f, 0x44, 0x00, 0x00}};

site_code branch(uint8_t op, uintptr_t at, uintptr_t to)
{
	site_code c{{op}};
	uint32_t const distance = static_cast<uint32_t>(to - (at + sizeof c));
	memcpy(c.bytes + 1, &distance, sizeof distance);
	return c;
}

site_code code_of(ktr_site const &s, bool on)
{
	if (s.ks_from == 0)
		return on ? branch(op_jmp, s.ks_at, s.ks_to) : nop;
	return branch(op_call, s.ks_at, on ? s.ks_to : s.ks_from);
}

struct site_range final {
	ktr_site const *begin() const { return __start_set_ktr_site; }
	ktr_site const *end() const { return __stop_set_ktr_site; }
};

}

Errno ktr_patch(uint32_t mask)
{
	for (ktr_site const &s : site_range{}) {
		site_code now;
		kdb_code_read(s.ks_at, now.bytes, sizeof now.bytes);
		if (now != code_of(s, false) && now != code_of(s, true))
			return EBUSY;
	}
	for (ktr_site const &s : site_range{}) {
		site_code const c = code_of(s, (s.ks_classes & mask) != 0);
		kdb_code_write(s.ks_at, c.bytes, sizeof c.bytes);
	}
	return OK;
}
