// SPDX-License-Identifier: BSD-2-Clause
// Several CPUs: finding and starting them, and the interrupts they send each other.
// After FreeBSD 5.0 sys/i386/include/smp.h and i386/i386/mp_machdep.c.
#pragma once

#include <machine/pcpu.hpp>
#include <vm/vm.hpp>

#include <cstddef>
#include <cstdint>

struct trapframe;

// mpboot_page: where other CPUs begin, in real mode. The first MiB is no frame allocator's, and the
// loader's structures, which may lie there, have been read by then.
inline constexpr paddr mpboot_page{0x8000};

// mp_find: counts the CPUs into mp_found, from ACPI, else from the MP table. One, when the command
// line says smp=0, or the CPU has no local APIC or no time stamp counter. After the kernel arena
// works; the boot CPU alone runs.
void mp_find();

// ipi_send: interrupt `vector` on CPU `cpu`, which runs and is not this one. Any context.
void ipi_send(uint32_t cpu, uint32_t vector);

// stop_cpus: brings all other CPUs to a halt, even where they have interrupts off, by NMI; each
// keeps what it was doing for cpu_stop_trace. For panic. Gives up on a CPU that does not answer.
void stop_cpus();

// stop_nmi: this CPU was sent an NMI. True when another CPU wanted this one to stand still: it did,
// and may go on; when it was to stop for good it does not return. False: the NMI is not ours.
bool stop_nmi(trapframe *frame);

// stop_await: in an NMI, when another CPU is about to stop this one for good: no further NMI comes
// before this one has been left.
[[noreturn]] void stop_await(trapframe *frame);

// stop_frame: the registers of a CPU that stands still, or null.
trapframe *stop_frame(uint32_t cpu);
