// SPDX-License-Identifier: BSD-2-Clause
// CPUs as Intel's MultiProcessor table lists them, for machines without ACPI.
// After FreeBSD 5.0 i386/i386/mp_machdep.c and the MultiProcessor specification 1.4.
#include <machine/firmware.hpp>

namespace {

constexpr uint32_t bios_start = 0xf0000;
constexpr uint32_t bios_end = 0x100000;
constexpr uint32_t area_searched = 1024;

struct [[gnu::packed]] mp_pointer final {
	char     mp_signature[4];
	uint32_t mp_config;             // physical address of the table; 0: a default machine
	uint8_t  mp_length;             // in units of 16 bytes
	uint8_t  mp_revision;
	uint8_t  mp_checksum;
	uint8_t  mp_features[5];        // the first: number of the default configuration
};
static_assert(sizeof(mp_pointer) == 16);

struct [[gnu::packed]] mp_config final {
	char     mc_signature[4];
	uint16_t mc_length;
	uint8_t  mc_revision;
	uint8_t  mc_checksum;
	char     mc_oem[8];
	char     mc_product[12];
	uint32_t mc_oem_table;
	uint16_t mc_oem_size;
	uint16_t mc_entries;
	uint32_t mc_lapic;
	uint32_t mc_extended;
};
static_assert(sizeof(mp_config) == 44);

struct [[gnu::packed]] mp_cpu final {
	uint8_t  mp_kind;
	uint8_t  mp_apicid;
	uint8_t  mp_apic_version;
	uint8_t  mp_flags;
	uint32_t mp_signature;
	uint32_t mp_cpu_features;
	uint32_t mp_reserved[2];
};
static_assert(sizeof(mp_cpu) == 20);

constexpr uint8_t kind_cpu = 0;
constexpr uint8_t kind_last = 4;
constexpr size_t other_bytes = 8;       // of every entry that is no CPU
constexpr uint8_t cpu_enabled = 1;

uint32_t find_pointer()
{
	constexpr char signature[] = "_MP_";
	constexpr size_t bytes = sizeof(mp_pointer);
	uint32_t at = 0;
	if (uint32_t const ebda = ebda_start(); ebda != 0)
		at = bios_find(signature, bytes, ebda, ebda + area_searched);
	if (at == 0)
		at = bios_find(signature, bytes, base_memory_end() - area_searched,
		    base_memory_end());
	return at != 0 ? at : bios_find(signature, bytes, bios_start, bios_end);
}

// config_length: of the table at `at`, or 0 when there is none.
size_t config_length(uint32_t at)
{
	mp_config config;
	if (!range_exists(at, sizeof config))
		return 0;
	phys_view const view{paddr{at}, sizeof config};
	if (!view.read(0, config) || memcmp(config.mc_signature, "PCMP", 4) != 0)
		return 0;
	size_t const length = config.mc_length;
	return length >= sizeof config && range_exists(at, length) ? length : 0;
}

bool read_config(uint32_t at, cpu_list &cpus)
{
	size_t const length = config_length(at);
	if (length == 0)
		return false;
	phys_view const view{paddr{at}, length};
	if (!view.sums_to_zero(length))
		return false;
	mp_config config;
	if (!view.read(0, config))
		return false;
	size_t offset = sizeof config;
	for (uint32_t i = 0; i < config.mc_entries; i++) {
		uint8_t kind;
		mp_cpu cpu;
		if (!view.read(offset, kind) || kind > kind_last)
			break;
		if (kind == kind_cpu && view.read(offset, cpu) && (cpu.mp_flags & cpu_enabled) != 0)
			cpus.add(cpu.mp_apicid);
		offset += kind == kind_cpu ? sizeof cpu : other_bytes;
	}
	return cpus.cl_count != 0;
}

}

bool mptable_find_cpus(cpu_list &cpus)
{
	uint32_t const at = find_pointer();
	if (at == 0)
		return false;
	mp_pointer pointer{};
	(void)phys_view{paddr{at}, sizeof pointer}.read(0, pointer);
	if (pointer.mp_config != 0)
		return read_config(pointer.mp_config, cpus);
	if (pointer.mp_features[0] == 0)
		return false;
	// All default configurations have two CPUs, numbered from 0.
	cpus.add(0);
	cpus.add(1);
	return true;
}
