// SPDX-License-Identifier: BSD-2-Clause
// The debugger's machine half: what the trap handler and the start of a CPU have to do with it.
// Written for Kestrel.
#pragma once

#include <cstdint>

struct trapframe;
struct thread;

// kdb_machine_trap: a trap that is the debugger's: its breakpoints and steps, and faults of its
// own. False: it is none of those. Before anything else looks at the trap, interrupts off.
bool kdb_machine_trap(trapframe *frame);

// kdb_frame: the registers of a thread that runs on a CPU, as it was stopped; null: it does not. In
// a session only.
trapframe *kdb_frame(thread const *td);
// kdb_frame_set: the registers of the thread that runs on this CPU, at the start of a session.
void kdb_frame_set(trapframe *frame);

// kdb_copy: bytes between places that may not be there; false when one is not. Write protection of
// the kernel's own pages holds.
bool kdb_copy(void *to, void const *from, uint32_t length);

// The points to stop at, for the code that steps: kdb_own_point arms an instruction for `td` alone
// (null: whoever comes by) and says whether one of the four debug registers was free;
// kdb_own_point_clear takes it away. kdb_point_hit: what the bits of debug register 6 mean.
struct kdb_hit final {
	bool      hit;
	bool      own;                  // the one of kdb_own_point
	bool      elsewhere;            // that one, but another thread came by
	bool      data;
	uintptr_t address;
};
bool kdb_own_point(uintptr_t at, thread const *td);
void kdb_own_point_clear();
kdb_hit kdb_point_hit(uint32_t dr6);
// kdb_point_at: whether a hardware breakpoint is at that instruction.
bool kdb_point_at(uintptr_t at);
// kdb_watched: whether memory is watched from there on.
bool kdb_watched(uintptr_t at);
// kdb_breakpoint_met: whose breakpoint instruction curthread has run at `at`: one that is set, one
// of the program's or the kernel's own, or one that was set and has been taken away since.
enum class kdb_met : uint8_t { ours, foreign, gone };
kdb_met kdb_breakpoint_met(uintptr_t at);
// kdb_point_drop: the software breakpoint at that address of the kernel's, which the debugger
// itself has met, leaves memory; false when there is none. Calls nothing.
bool kdb_point_drop(uintptr_t at);
// kdb_points_off: this CPU stops at no hardware point until kdb_load_points().
void kdb_points_off();
