// SPDX-License-Identifier: BSD-2-Clause
// The process control block: registers of a thread that is switched out, and its FPU state.
// After FreeBSD's sys/i386/include/pcb.h and npx.h.
#pragma once

#include <cstddef>
#include <cstdint>

// pcb_flags
enum : uint32_t {
	PCB_NPXUSED = 0x1,      // pcb_save or the FPU holds a state of this thread's own
};

// An image written by fxsave (512 bytes) or by fnsave (its first 108 bytes); npx_format() tells.
struct alignas(16) savefpu final {
	uint32_t sv_words[128];
};
static_assert(sizeof(savefpu) == 512);

// At the top of the kernel stack, owned by its thread while that runs, by sched_lock otherwise:
//
//   td_kstack + size ─► ┌───────────────┐
//                       │ pcb           │ 16-aligned
//              td_pcb ─►├───────────────┤
//                       │ 16 bytes      │ history's room for virtual-8086 segments
//                esp0 ─►├───────────────┤
//                       │ trapframe     │
//            td_frame ─►├───────────────┤
//                       │ kernel stack  │ grows down to td_kstack; below it the guard page
struct pcb final {
	uint32_t pcb_edi;
	uint32_t pcb_esi;
	uint32_t pcb_ebp;
	uint32_t pcb_esp;       // points at a word that the switch overwrites with pcb_eip
	uint32_t pcb_ebx;
	uint32_t pcb_eip;       // where the thread goes on
	uint32_t pcb_gs;        // user %gs: the kernel leaves it in the register
	uint32_t pcb_flags;     // PCB_*
	uint32_t pcb_spare[4];  // keeps pcb_save aligned
	savefpu  pcb_save;      // valid with PCB_NPXUSED unless the FPU holds the state
};

static_assert(sizeof(pcb) == 560 && sizeof(pcb) % 16 == 0);
static_assert(offsetof(pcb, pcb_save) % 16 == 0);

// PCB_FRAME_GAP: bytes between trapframe and pcb.
inline constexpr size_t PCB_FRAME_GAP = 16;
