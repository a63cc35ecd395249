// SPDX-License-Identifier: BSD-2-Clause
// The machine half of a user context.
// Layout of FreeBSD 5.x on the i386: word for word a trap frame behind one word, then the FPU.
#pragma once

#include <sys/types.h>

typedef struct __mcontext {
	int	mc_onstack;	// running on the alternate signal stack
	int	mc_gs;
	int	mc_fs;
	int	mc_es;
	int	mc_ds;
	int	mc_edi;
	int	mc_esi;
	int	mc_ebp;
	int	mc_isp;		// kernel's scratch word, of no use to programs
	int	mc_ebx;
	int	mc_edx;
	int	mc_ecx;
	int	mc_eax;
	int	mc_trapno;
	int	mc_err;
	int	mc_eip;
	int	mc_cs;
	int	mc_eflags;
	int	mc_esp;
	int	mc_ss;
	int	mc_len;		// sizeof(mcontext_t); any other value is an unknown layout
	int	mc_fpformat;	// _MC_FPFMT_*: what mc_fpstate holds
	int	mc_ownedfp;	// _MC_FPOWNED_*: where the state came from
	int	mc_spare1[1];
	int	mc_fpstate[128] __attribute__((__aligned__(16)));	// fnsave or fxsave image
	int	mc_spare2[8];
} mcontext_t;

#define _MC_FPFMT_NODEV		0x10000	// no FPU
#define _MC_FPFMT_387		0x10001	// fnsave image
#define _MC_FPFMT_XMM		0x10002	// fxsave image
#define _MC_FPOWNED_NONE	0x20000	// FPU not used: mc_fpstate is not valid
#define _MC_FPOWNED_FPU		0x20001	// state was in the FPU
#define _MC_FPOWNED_PCB		0x20002	// state was in the kernel's save area

ABI_SIZE(mcontext_t, 640);
ABI_OFFSET(mcontext_t, mc_gs, 4);
ABI_OFFSET(mcontext_t, mc_edi, 20);
ABI_OFFSET(mcontext_t, mc_eax, 48);
ABI_OFFSET(mcontext_t, mc_trapno, 52);
ABI_OFFSET(mcontext_t, mc_eip, 60);
ABI_OFFSET(mcontext_t, mc_eflags, 68);
ABI_OFFSET(mcontext_t, mc_ss, 76);
ABI_OFFSET(mcontext_t, mc_len, 80);
ABI_OFFSET(mcontext_t, mc_ownedfp, 88);
ABI_OFFSET(mcontext_t, mc_fpstate, 96);
ABI_OFFSET(mcontext_t, mc_spare2, 608);
