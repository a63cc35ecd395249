// SPDX-License-Identifier: BSD-2-Clause
// The floating-point unit: lazily loaded, saved at switch-out, its errors as signal codes.
// After FreeBSD's i386/isa/npx.c; saving at once instead of lazily lets threads change CPUs.
#include <machine/npx.hpp>

#include <kern/kassert.hpp>
#include <kern/proc.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/trap.h>

#include <string.h>

namespace {

// Words of an fxsave image.
constexpr size_t fx_mxcsr = 24 / 4;
constexpr size_t fx_mxcsr_mask = 28 / 4;
constexpr size_t fx_registers = 32 / 4;         // x87 and SIMD registers, to the end
constexpr size_t fx_words = 288 / 4;            // that fxsave writes outside 64-bit mode
constexpr uint32_t mxcsr_mask_default = 0xffbf; // what a zero in the image stands for
constexpr uint32_t mxcsr_clean = 0x1f80;        // all exceptions masked, round to nearest
// Words of an fnsave image.
constexpr size_t fn_words = 108 / 4;

// Exception bits of status and control words, and of mxcsr (masks 7 bits higher).
constexpr uint32_t fp_invalid = 0x01, fp_denormal = 0x02, fp_zero_divide = 0x04;
constexpr uint32_t fp_overflow = 0x08, fp_underflow = 0x10, fp_precision = 0x20;
constexpr uint32_t mxcsr_mask_shift = 7;

constinit bool has_fxsr{};
constinit savefpu clean_state{};        // as after fninit; set at boot
constinit uint32_t mxcsr_mask{};        // bits that may be set without faulting

void save_state(savefpu &to)
{
	if (has_fxsr)
		fxsave(&to);
	else
		fnsave(&to);
}

void load_state(savefpu const &from)
{
	if (has_fxsr)
		fxrstor(&from);
	else
		frstor(&from);
}

// disown: the FPU holds nobody's state; the next access traps. Interrupts off.
void disown()
{
	get_pcpu()->pc_fpcurthread = nullptr;
	stts();
}

void make_clean_state()
{
	fninit();
	save_state(clean_state);
	if (!has_fxsr)
		return;
	mxcsr_mask = clean_state.sv_words[fx_mxcsr_mask];
	if (mxcsr_mask == 0)
		mxcsr_mask = mxcsr_mask_default;
	// fninit leaves the SIMD half as the firmware left it.
	clean_state.sv_words[fx_mxcsr] = mxcsr_clean;
	memset(&clean_state.sv_words[fx_registers], 0,
	    sizeof clean_state - fx_registers * sizeof(uint32_t));
}

// error_code: the first unmasked exception, in the order of FreeBSD's table.
int error_code(uint32_t pending)
{
	if ((pending & fp_invalid) != 0)
		return FPE_FLTINV;
	if ((pending & fp_zero_divide) != 0)
		return FPE_FLTDIV;
	if ((pending & fp_overflow) != 0)
		return FPE_FLTOVF;
	if ((pending & (fp_underflow | fp_denormal)) != 0)
		return FPE_FLTUND;
	return (pending & fp_precision) != 0 ? FPE_FLTRES : FPE_FLTSUB;
}

// pending_x87: unmasked exceptions in an image; its pending flags are cleared. In both formats the
// control word is the first half-word; the status word follows in fxsave images, and fills the
// second word of fnsave images.
uint32_t pending_x87(savefpu &state)
{
	constexpr uint32_t flags = 0x80ff;      // exceptions, stack fault, summary, busy
	uint32_t *words = state.sv_words;
	uint32_t const control = words[0] & 0xffff;
	uint32_t const status = has_fxsr ? words[0] >> 16 : words[1] & 0xffff;
	if (has_fxsr)
		words[0] &= ~(flags << 16);
	else
		words[1] &= ~flags;
	return status & ~control & 0x3f;
}

uint32_t pending_simd(savefpu &state)
{
	uint32_t &mxcsr = state.sv_words[fx_mxcsr];
	uint32_t const pending = mxcsr & ~(mxcsr >> mxcsr_mask_shift) & 0x3f;
	mxcsr &= ~0x3fu;
	return pending;
}

}

void npx_init()
{
	cpuid_result const id = cpuid(1);
	has_fxsr = (id.edx & CPUID_FXSR) != 0;
	load_cr0((rcr0() | CR0_MP | CR0_NE) & ~CR0_TS);
	if (has_fxsr)
		load_cr4(rcr4() | CR4_OSFXSR);
	if ((id.edx & CPUID_SSE) != 0)
		load_cr4(rcr4() | CR4_OSXMMEXCPT);
	if (curcpu() == 0)
		make_clean_state();
	stts();
}

void npx_dna()
{
	pcpu *pc = get_pcpu();
	pcb *pcb = pc->pc_curpcb;
	KASSERT(pc->pc_fpcurthread == nullptr, "FPU trap of thread %u while the FPU is in use",
	    curthread->td_tid);
	clts();
	load_state((pcb->pcb_flags & PCB_NPXUSED) != 0 ? pcb->pcb_save : clean_state);
	pcb->pcb_flags |= PCB_NPXUSED;
	pc->pc_fpcurthread = curthread;
}

void npx_switch_out()
{
	pcpu *pc = get_pcpu();
	if (pc->pc_fpcurthread == nullptr)
		return;
	KASSERT(pc->pc_fpcurthread == curthread, "the FPU holds the state of %p, not of curthread",
	    static_cast<void *>(pc->pc_fpcurthread));
	save_state(pc->pc_curpcb->pcb_save);
	disown();
}

void npx_save()
{
	uint32_t const flags = intr_disable();
	npx_switch_out();
	intr_restore(flags);
}

void npx_drop(thread *td)
{
	uint32_t const flags = intr_disable();
	if (get_pcpu()->pc_fpcurthread == td)
		disown();
	td->td_pcb->pcb_flags &= ~PCB_NPXUSED;
	intr_restore(flags);
}

int npx_error(uint32_t trapno)
{
	npx_save();
	savefpu &state = curthread->td_pcb->pcb_save;
	return error_code(trapno == T_XMMFLT ? pending_simd(state) : pending_x87(state));
}

size_t npx_get(mcontext_t *mc)
{
	pcb *pcb = curthread->td_pcb;
	static_assert(sizeof mc->mc_fpstate == sizeof pcb->pcb_save);
	mc->mc_fpformat = has_fxsr ? _MC_FPFMT_XMM : _MC_FPFMT_387;
	mc->mc_ownedfp = _MC_FPOWNED_NONE;
	if ((pcb->pcb_flags & PCB_NPXUSED) == 0)
		return 0;
	mc->mc_ownedfp = get_pcpu()->pc_fpcurthread == curthread ? _MC_FPOWNED_FPU
	    : _MC_FPOWNED_PCB;
	npx_save();
	// What the instruction leaves alone still holds whatever the stack's page held before.
	size_t const bytes = (has_fxsr ? fx_words : fn_words) * sizeof(uint32_t);
	memcpy(mc->mc_fpstate, &pcb->pcb_save, bytes);
	return bytes;
}

Errno npx_set(mcontext_t const *mc)
{
	if (!npx_in_context(*mc)) {
		npx_drop(curthread);
		return OK;
	}
	if (mc->mc_ownedfp != _MC_FPOWNED_FPU && mc->mc_ownedfp != _MC_FPOWNED_PCB)
		return EINVAL;
	if (mc->mc_fpformat != (has_fxsr ? _MC_FPFMT_XMM : _MC_FPFMT_387))
		return EINVAL;
	npx_drop(curthread);
	pcb *pcb = curthread->td_pcb;
	memcpy(&pcb->pcb_save, mc->mc_fpstate, sizeof pcb->pcb_save);
	if (has_fxsr)
		pcb->pcb_save.sv_words[fx_mxcsr] &= mxcsr_mask;
	pcb->pcb_flags |= PCB_NPXUSED;
	return OK;
}
