// SPDX-License-Identifier: BSD-2-Clause
// CPUs as ACPI lists them: root pointer, root table, multiple APIC description table.
// Written for Kestrel after the ACPI 2.0 specification; FreeBSD 5.0 had only the MP table.
#include <machine/firmware.hpp>

namespace {

constexpr uint32_t bios_start = 0xe0000;
constexpr uint32_t bios_end = 0x100000;
constexpr uint32_t ebda_searched = 1024;

struct [[gnu::packed]] acpi_root_pointer final {
	char     rp_signature[8];
	uint8_t  rp_checksum;
	char     rp_oem[6];
	uint8_t  rp_revision;
	uint32_t rp_rsdt;               // physical address of the root table
};
static_assert(sizeof(acpi_root_pointer) == 20);

// What every table begins with; the checksum is over the whole table.
struct [[gnu::packed]] acpi_header final {
	char     ah_signature[4];
	uint32_t ah_length;
	uint8_t  ah_revision;
	uint8_t  ah_checksum;
	char     ah_oem[6];
	char     ah_oem_table[8];
	uint32_t ah_oem_revision;
	char     ah_creator[4];
	uint32_t ah_creator_revision;
};
static_assert(sizeof(acpi_header) == 36);

// The MADT's entries follow its header and two words; each begins with kind and length.
constexpr size_t madt_entries = sizeof(acpi_header) + 8;
constexpr uint8_t madt_local_apic = 0;
constexpr uint32_t madt_enabled = 1;

struct [[gnu::packed]] madt_entry final {
	uint8_t me_kind;
	uint8_t me_length;
};

struct [[gnu::packed]] madt_cpu final {
	madt_entry mc_entry;
	uint8_t    mc_processor;
	uint8_t    mc_apicid;
	uint32_t   mc_flags;
};
static_assert(sizeof(madt_cpu) == 8);

// table_length: of the table at `at`, or 0 when nothing there looks like one of that name.
size_t table_length(uint32_t at, char const *signature)
{
	acpi_header header;
	if (!range_exists(at, sizeof header))
		return 0;
	phys_view const view{paddr{at}, sizeof header};
	if (!view.read(0, header) || memcmp(header.ah_signature, signature, 4) != 0)
		return 0;
	size_t const length = header.ah_length;
	return length >= sizeof header && length <= table_most && range_exists(at, length) ? length
	    : 0;
}

bool read_madt(uint32_t at, cpu_list &cpus)
{
	size_t const length = table_length(at, "APIC");
	if (length == 0)
		return false;
	phys_view const view{paddr{at}, length};
	if (!view.sums_to_zero(length))
		return false;
	madt_entry entry;
	for (size_t offset = madt_entries; view.read(offset, entry); offset += entry.me_length) {
		if (entry.me_length < sizeof entry)
			return false;
		madt_cpu cpu;
		if (entry.me_kind == madt_local_apic && view.read(offset, cpu) &&
		    (cpu.mc_flags & madt_enabled) != 0)
			cpus.add(cpu.mc_apicid);
	}
	return cpus.cl_count != 0;
}

uint32_t find_root_table()
{
	constexpr char signature[] = "RSD PTR ";
	uint32_t at = 0;
	if (uint32_t const ebda = ebda_start(); ebda != 0)
		at = bios_find(signature, sizeof(acpi_root_pointer), ebda, ebda + ebda_searched);
	if (at == 0)
		at = bios_find(signature, sizeof(acpi_root_pointer), bios_start, bios_end);
	if (at == 0)
		return 0;
	acpi_root_pointer root{};
	(void)phys_view{paddr{at}, sizeof root}.read(0, root);
	return root.rp_rsdt;
}

}

bool acpi_find_cpus(cpu_list &cpus)
{
	uint32_t const at = find_root_table();
	size_t const length = table_length(at, "RSDT");
	if (length == 0)
		return false;
	phys_view const view{paddr{at}, length};
	if (!view.sums_to_zero(length))
		return false;
	uint32_t table;
	for (size_t offset = sizeof(acpi_header); view.read(offset, table); offset += sizeof table)
		if (read_madt(table, cpus))
			return true;
	return false;
}
