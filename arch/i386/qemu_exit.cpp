// SPDX-License-Identifier: BSD-2-Clause
// Ending the machine: QEMU's debug-exit port, ACPI power-off, reset, halt.
// Written for Kestrel; statuses are those of docs/architecture.md.
#include <kern/cmdline.hpp>
#include <kern/md.hpp>
#include <machine/cpufunc.hpp>

namespace {

constexpr uint16_t debug_exit_port = 0xf4;
constexpr uint16_t acpi_pm1a_control = 0x604;   // of QEMU's chipsets; nothing answers elsewhere
constexpr uint16_t acpi_sleep_s5 = 0x2000;
constexpr uint16_t keyboard_command_port = 0x64;
constexpr uint8_t keyboard_pulse_reset = 0xfe;

// QEMU's exit status is twice the byte written, plus 1.
uint8_t exit_byte(poweroff_status status)
{
	switch (status) {
	case poweroff_status::panicked:
		return 0x11;
	case poweroff_status::selftest_failed:
		return 0x12;
	case poweroff_status::watchdog:
		return 0x13;
	case poweroff_status::normal:
		break;
	}
	return 0x10;
}

}

void cpu_poweroff(poweroff_status status)
{
	cli();
	// Asked for explicitly: on other machines the port may be anything.
	if (cmdline_flag("debugexit"))
		outb(debug_exit_port, exit_byte(status));
	outw(acpi_pm1a_control, acpi_sleep_s5);
	cpu_halt();
}

void cpu_reset()
{
	cli();
	outb(keyboard_command_port, keyboard_pulse_reset);
	// Without the keyboard controller: an interrupt that has no gate at all resets the
	// processor.
	lidt(region_descriptor{0, 0});
	asm volatile("int3");
	cpu_halt();
}

void cpu_halt()
{
	for (;;) {
		cli();
		halt();
	}
}
