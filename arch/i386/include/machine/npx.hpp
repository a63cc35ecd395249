// SPDX-License-Identifier: BSD-2-Clause
// The floating-point unit: whose state it holds, saving and loading it, its errors.
// After FreeBSD's i386/isa/npx.c.
#pragma once

#include <kern/errno.hpp>
#include <sys/ucontext.h>

#include <cstddef>
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

// npx_in_context: whether a context has FPU state, in mc_fpstate; the rest of it is filled in.
constexpr bool npx_in_context(mcontext_t const &mc)
{
	return mc.mc_ownedfp != _MC_FPOWNED_NONE && mc.mc_fpformat != _MC_FPFMT_NODEV;
}

// npx_get, npx_set: curthread's state to and from a context. npx_get: how many bytes of mc_fpstate
// it has filled in, the rest is not touched; 0 when there is no state. npx_set: EINVAL for an
// unknown format; bits that would fault are cleared. A context without state (_MC_FPOWNED_NONE)
// drops it.
size_t npx_get(mcontext_t *mc);
Errno npx_set(mcontext_t const *mc);
