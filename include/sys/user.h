// SPDX-License-Identifier: BSD-2-Clause
// What the kernel tells ps and other observers about processes, threads and KSEs.
// In the spirit of FreeBSD's kinfo_proc; the records are ours, so that they can show lending.
#pragma once

#include <sys/types.h>

// Three read-only variables, each an array of fixed-size records, processes by ascending pid, and
// within a process the threads or KSEs of one group next to each other:
//   kern.proc.all      struct kinfo_proc, one a process, zombies too
//   kern.proc.threads  struct kinfo_thread, one a thread that is linked to a process
//   kern.proc.kses     struct kinfo_kse, one a KSE
// Reading without a buffer gives a size with room for some newcomers. A buffer that is too short
// is filled with whole records, and the call fails with ENOMEM.
// Each *_structsize is the record's own size, so that a program can refuse a layout it does not
// know. Unused bytes are 0. Numbers 0 in *_tid, *_keid, *_kgid mean none. User addresses are
// plain 32-bit words. Strings end with a NUL.
// The KI_* values equal the kernel's own of the same name without the prefix.

// ki_state
#define KI_PRS_NEW		0	// being made
#define KI_PRS_NORMAL		1
#define KI_PRS_ZOMBIE		2	// ended, not yet waited for

// ki_flag, the bits of interest
#define KI_P_KTHREAD		0x00000004
#define KI_P_SYSTEM		0x00000200
#define KI_P_WEXIT		0x00002000
#define KI_P_KSES		0x00008000	// in KSE mode
#define KI_P_STOPPED_SIG	0x00020000
#define KI_P_STOPPED_TRACE	0x00040000
#define KI_P_STOPPED_SINGLE	0x00080000

// ki_td_state, kt_td_state
#define KI_TDS_INACTIVE		0x20
#define KI_TDS_INHIBITED	0x21
#define KI_TDS_CAN_RUN		0x22
#define KI_TDS_RUNQ		0x23
#define KI_TDS_RUNNING		0x24

// ki_td_inhibitors, kt_td_inhibitors
#define KI_TDI_SUSPENDED	0x01
#define KI_TDI_SLEEPING		0x02
#define KI_TDI_SWAPPED		0x04
#define KI_TDI_LOCK		0x08
#define KI_TDI_IWAIT		0x10
#define KI_TDI_LOAN		0x20

// kt_td_flags, the bits of interest
#define KI_TDF_UNBOUND		0x000001
#define KI_TDF_SINTR		0x000008
#define KI_TDF_UPCALLING	0x000100
#define KI_TDF_IDLETD		0x100000

// kt_ke_state, kk_ke_state; 0 means no KSE
#define KI_KES_IDLE		0x10
#define KI_KES_ONRUNQ		0x11
#define KI_KES_UNQUEUED		0x12
#define KI_KES_THREAD		0x13

// kt_ke_flags, kk_ke_flags, the bits of interest
#define KI_KEF_ASTPENDING	0x00400
#define KI_KEF_NEEDRESCHED	0x00800
#define KI_KEF_ONLOANQ		0x01000
#define KI_KEF_EXIT		0x04000

#define KI_NOCPU		0xff	// on no CPU
#define KI_COMMLEN		20	// bytes of a process name with its NUL
#define KI_WMESGLEN		12	// bytes of a wait message or lock name with its NUL

struct kinfo_proc {
	uint32_t	ki_structsize;		// sizeof(struct kinfo_proc)
	int32_t		ki_pid;
	int32_t		ki_ppid;		// parent; 0 for process 0
	uint32_t	ki_uid;			// effective user
	uint32_t	ki_state;		// KI_PRS_*
	uint32_t	ki_flag;		// p_flag, KI_P_*
	int32_t		ki_numthreads;
	int32_t		ki_numksegrps;
	int32_t		ki_numkses;		// over all groups
	int32_t		ki_xstat;		// wait status of a zombie, else 0
	uint64_t	ki_runtime_us;		// CPU time of all threads, ended ones too
	char		ki_comm[KI_COMMLEN];	// name of the program
	// The rest is about the process's most active thread: RUNNING before RUNQ before CAN_RUN
	// before INHIBITED, the newest of equals; zeroes for a zombie.
	char		ki_wmesg[KI_WMESGLEN];	// what it sleeps for, or the lock it waits for
	uint8_t		ki_td_state;		// KI_TDS_*
	uint8_t		ki_td_inhibitors;	// KI_TDI_*
	uint8_t		ki_td_priority;		// 0 runs first
	uint8_t		ki_cpu;			// where it runs or ran last, or KI_NOCPU
	uint32_t	ki_spare[3];
};
ABI_SIZE(struct kinfo_proc, 96);
ABI_OFFSET(struct kinfo_proc, ki_state, 16);
ABI_OFFSET(struct kinfo_proc, ki_runtime_us, 40);
ABI_OFFSET(struct kinfo_proc, ki_comm, 48);
ABI_OFFSET(struct kinfo_proc, ki_wmesg, 68);
ABI_OFFSET(struct kinfo_proc, ki_td_state, 80);
ABI_OFFSET(struct kinfo_proc, ki_spare, 84);

// kt_lending
#define KI_LEND_NONE		0	// its KSE is its own, or it has none
#define KI_LEND_LENT		1	// bound owner; its KSE is lent out (it is ke_bound)
#define KI_LEND_BORROWS		2	// attached to a KSE whose ke_bound is another thread
#define KI_LEND_LOANABLE	3	// bound owner asleep; its KSE waits on kg_lq for a borrower

struct kinfo_thread {
	uint32_t	kt_structsize;		// sizeof(struct kinfo_thread)
	int32_t		kt_pid;
	uint32_t	kt_tid;			// td_tid
	uint32_t	kt_kgid;		// kg_id of its group
	uint32_t	kt_keid;		// ke_id of td_kse
	uint32_t	kt_td_flags;		// KI_TDF_*
	uint32_t	kt_td_inhibitors;	// KI_TDI_*
	uint32_t	kt_mailbox;		// user address of its kse_thr_mailbox
	uint64_t	kt_runtime_us;		// CPU time
	uint32_t	kt_ke_flags;		// KI_KEF_* of td_kse
	uint8_t		kt_td_state;		// KI_TDS_*
	uint8_t		kt_td_priority;		// active priority
	uint8_t		kt_td_base_pri;		// priority without lent ones
	uint8_t		kt_cpu;			// where it runs or ran last, or KI_NOCPU
	uint8_t		kt_ke_state;		// KI_KES_* of td_kse
	uint8_t		kt_lending;		// KI_LEND_*
	uint8_t		kt_spare[2];
	char		kt_wmesg[KI_WMESGLEN];	// td_wmesg while it sleeps, else empty
	char		kt_lock[KI_WMESGLEN];	// td_lockname while it waits for it, else empty
	uint32_t	kt_spare2;
};
ABI_SIZE(struct kinfo_thread, 80);
ABI_OFFSET(struct kinfo_thread, kt_td_flags, 20);
ABI_OFFSET(struct kinfo_thread, kt_runtime_us, 32);
ABI_OFFSET(struct kinfo_thread, kt_td_state, 44);
ABI_OFFSET(struct kinfo_thread, kt_wmesg, 52);
ABI_OFFSET(struct kinfo_thread, kt_lock, 64);

struct kinfo_kse {
	uint32_t	kk_structsize;		// sizeof(struct kinfo_kse)
	int32_t		kk_pid;
	uint32_t	kk_kgid;		// kg_id of its group
	uint32_t	kk_keid;		// ke_id
	uint32_t	kk_ke_flags;		// KI_KEF_*
	uint32_t	kk_mailbox;		// user address of its kse_mailbox
	uint32_t	kk_tid;			// td_tid of ke_thread
	uint32_t	kk_bound_tid;		// td_tid of ke_bound, the owner while it is lent
	uint64_t	kk_uticks;		// clock ticks in user mode
	uint64_t	kk_sticks;		// clock ticks in the kernel
	int32_t		kk_kg_kses;		// of the group: its KSEs,
	int32_t		kk_kg_idle;		// those on kg_iq,
	int32_t		kk_kg_loan;		// those on kg_lq,
	int32_t		kk_kg_numthreads;	// its threads,
	int32_t		kk_kg_runnable;		// and those in state RUNQ
	uint8_t		kk_ke_state;		// KI_KES_*
	uint8_t		kk_cpu;			// ke_oncpu, or KI_NOCPU
	uint8_t		kk_rqindex;		// run queue index
	uint8_t		kk_kg_user_pri;		// group's priority in user mode
};
ABI_SIZE(struct kinfo_kse, 72);
ABI_OFFSET(struct kinfo_kse, kk_mailbox, 20);
ABI_OFFSET(struct kinfo_kse, kk_uticks, 32);
ABI_OFFSET(struct kinfo_kse, kk_kg_kses, 48);
ABI_OFFSET(struct kinfo_kse, kk_ke_state, 68);
