// SPDX-License-Identifier: BSD-2-Clause
// The floating-point unit: whose state it holds, saving and loading it, its errors.
// After FreeBSD's i386/isa/npx.c.
#pragma once

#include <kern/errno.hpp>
#include <sys/ucontext.h>

#include <cstdint>

struct thread;

// A thread's FPU state is loaded at its first FPU instruction after it was switched in (#NM), and
// saved when it is switched out having used the FPU; so at any other time it is in the pcb, and
// another CPU may run the thread. The kernel itself uses no FPU instructions but here.

// npx_init: set this CPU's FPU up, with every access trapping; CPU 0 also makes the state that new
// programs start from.
void npx_init();

// npx_dna: #NM in user mode: load curthread's state. Interrupts off.
void npx_dna();

// npx_switch_out: save the state of curthread if the FPU holds it. For cpu_switch, interrupts off.
extern "C" void npx_switch_out();

// npx_save: curthread's state goes from the FPU to its pcb, if it is there. Any thread context.
void npx_save();

// npx_drop: td, curthread or new, has no state any more and starts anew at its next FPU
// instruction.
void npx_drop(thread *td);

// npx_error: the si_code of curthread's pending x87 or SIMD error (T_ARITHTRAP, T_XMMFLT), which is
// cleared in the FPU.
int npx_error(uint32_t trapno);

// npx_get, npx_set: curthread's state to and from a context. npx_get: whether there was one;
// mc_fpstate is not touched if not. npx_set: EINVAL for an unknown format;
// bits that would fault are cleared. A context without state (_MC_FPOWNED_NONE) drops it.
bool npx_get(mcontext_t *mc);
Errno npx_set(mcontext_t const *mc);
