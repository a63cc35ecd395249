# SPDX-License-Identifier: BSD-2-Clause
# How many CPUs run: those that ACPI or the MP table list, one without a local APIC or by smp=0. And
# what shows on many of them only.
# Written for Kestrel.
"""TAP on stdout."""
import sys

from lib.expect import equal, kestrel, main


def cpus(*options):
    """What the booted machine says of its CPUs."""
    done = kestrel("run", *options, "/bin/sysctl", "-n", "hw.ncpu")
    equal(done.returncode, 0, done)
    return int(done.stdout)


def every_cpu_that_acpi_lists_runs():
    for count in (1, 2, 4, 8):
        equal(cpus("--cpus", str(count)), count)


def without_acpi_the_mp_table_is_read():
    equal(cpus("--cpus", "3", "--qemu=-no-acpi"), 3)


def smp_0_keeps_the_others_off():
    equal(cpus("--cpus", "4", "--set", "smp=0"), 1)


def a_machine_without_local_apic_has_one_cpu():
    equal(cpus("--cpus", "2", "--qemu=-cpu qemu32,-apic"), 1)


def a_fork_beside_busy_cpus_loses_no_kse():
    many_ticks = ["--cpus", "4", "--set", "kern.hz=400"]
    waits_for_locks = ["--cpus", "8", "--set", "kern.threads.eager_upcall=1",
                       "--set", "kern.threads.quantum=0"]
    for options in (many_ticks, many_ticks, waits_for_locks):
        done = kestrel("run", *options, "--timeout", "100", "/tests/kse_fork_spin")
        equal(done.returncode, 0, done)


if __name__ == "__main__":
    sys.exit(main(
        every_cpu_that_acpi_lists_runs, without_acpi_the_mp_table_is_read,
        smp_0_keeps_the_others_off, a_machine_without_local_apic_has_one_cpu,
        a_fork_beside_busy_cpus_loses_no_kse))
