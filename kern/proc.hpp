// SPDX-License-Identifier: BSD-2-Clause
// The four structures: thread, kse, ksegrp and proc, their states, flags and locks.
// After FreeBSD 5.0-CURRENT sys/proc.h, late October 2002; differences in the glossary.
#pragma once

#include <kern/callout.hpp>
#include <kern/mutex.hpp>
#include <kern/sigacts.hpp>
#include <kern/uaccess.hpp>
#include <sys/signal.h>

#include <cstddef>
#include <cstdint>

// Glossary (name: meaning; our difference from the seed's era)
//   thread    a kernel stack and registers, one trip through the kernel
//   kse       a slot in the run queue: the right to run some thread of its group on one CPU
//   ksegrp    KSEs that compete as one for CPU time, and their ready threads
//   proc      owner of everything but CPU time
//   bound     TDF_UNBOUND clear: owns its KSE and returns to user mode on it
//   unbound   carries a user thread with a mailbox; may give its KSE away
//   upcall    a bound thread whose trip ends at the entry of the user thread scheduler (UTS)
//   lent KSE  ke_bound names the owner (TDI_LOAN), ke_thread the borrower
//   standin   td_standin, the spare thread that the next upcall is made of
//   spare     ke_tdspare, the dead thread that a KSE keeps for its next standin
//   X_zeroed, X_copied  bases that hold history's startzero..endzero and startcopy..endcopy
//             ranges: assigning a fresh X_zeroed is the bzero, assigning X_copied the bcopy
//   td_tid, ke_id, kg_id  numbers for people (ps, debuggers); ours
//   user addresses are of type uaddr; ours
//
//   proc ──p_ksegrps──► ksegrp ──kg_kseq──► kse ──ke_thread──► thread      kg_iq  idle KSEs
//     └────p_threads──► thread ◄─kg_threads─┘ └───ke_bound───► owner       kg_lq  loanable KSEs
//                                                                          kg_runq ready threads
//
// Key: (a) set at creation   (b) constant after fork  (c) p_mtx of the process, PROC_LOCK
//      (e) proctree_lock     (h) callout lock         (j) sched_lock
//      (k) only curthread    (z) zombie_thread_lock   (cj) both to write, either to read

struct kse;
struct ksegrp;
struct proc;
struct pcb;
struct trapframe;
struct ucred;
struct vmspace;
struct filedesc;

enum : uint8_t { NOCPU = 0xff };        // ke_oncpu of a KSE that is on no CPU

// td_state, every edge under sched_lock:
//   INACTIVE  -> CAN_RUN  made an upcall, or forked  RUNNING -> CAN_RUN    gives way
//   CAN_RUN   -> RUNQ     setrunqueue                RUNNING -> INHIBITED  sleep, lock, stop, loan
//   RUNQ      -> RUNNING  choosethread               RUNNING -> INACTIVE   thread_exit
//   INHIBITED -> CAN_RUN  the last inhibitor clears
enum td_state_t : uint8_t {
	TDS_INACTIVE = 0x20,
	TDS_INHIBITED = 0x21,
	TDS_CAN_RUN = 0x22,
	TDS_RUNQ = 0x23,
	TDS_RUNNING = 0x24,
};

// td_inhibitors
enum : int {
	TDI_SUSPENDED = 0x01,   // on p_suspended
	TDI_SLEEPING = 0x02,    // on a sleep queue, switched out
	TDI_SWAPPED = 0x04,     // history's; nothing swaps here
	TDI_LOCK = 0x08,        // blocked on a mutex
	TDI_IWAIT = 0x10,       // history's idle interrupt thread; none here
	TDI_LOAN = 0x20,        // its KSE is lent to another thread
};

// td_flags
enum : int {
	TDF_UNBOUND = 0x000001,         // may be separated from its KSE; queues on kg_runq
	TDF_INPANIC = 0x000002,
	TDF_SINTR = 0x000008,           // sleeping interruptibly
	TDF_TIMEOUT = 0x000010,         // the sleep timed out
	TDF_CVWAITQ = 0x000080,         // td_slpq is on a condition variable
	TDF_UPCALLING = 0x000100,       // goes to user mode at the UTS's entry
	TDF_ONSLEEPQ = 0x000200,
	TDF_INMSLEEP = 0x000400,        // inside the upcall hook of msleep
	TDF_TIMOFAIL = 0x001000,        // the timeout came after the wakeup
	TDF_INTERRUPT = 0x002000,       // kse_thr_interrupt asked for it
	TDF_IDLETD = 0x100000,          // a CPU's idle thread; ours
	TDF_KEPTKSE = 0x200000,         // unbound, on its KSE without a break; ours
	TDF_EAGER = 0x400000,           // unbound, and shall end in an upcall in any case; ours
	TDF_NOCALL = 0x800000,          // unbound, in no call that could be interrupted; ours
};

// ke_state
enum ke_state_t : uint8_t {
	KES_IDLE = 0x10,        // on kg_iq
	KES_ONRUNQ = 0x11,      // on the system run queue
	KES_UNQUEUED = 0x12,    // in transit
	KES_THREAD = 0x13,      // follows its thread
};

// ke_flags
enum : int {
	KEF_OWEUPC = 0x00002,
	KEF_USER = 0x00200,
	KEF_ASTPENDING = 0x00400,       // look at signals, suspension... before user mode
	KEF_NEEDRESCHED = 0x00800,      // a better thread waits
	KEF_ONLOANQ = 0x01000,          // on kg_lq
	KEF_EXIT = 0x04000,             // the KSE ends with its thread
	KEF_WAKEUP = 0x10000,           // kse_wakeup came before kse_release (D-06); ours
	KEF_RELEASED = 0x20000,         // its last thread sleeps in kse_release (D-01); ours
	KEF_QUANTUM = 0x40000,          // the time slice is used up; ours
	KEF_CARRYING = 0x80000,         // its UTS thinks it busy with one in the kernel; ours
};

// p_flag (c), historical values
enum : uint32_t {
	P_KTHREAD = 0x00000004,
	P_PPWAIT = 0x00000010,
	P_SYSTEM = 0x00000200,
	P_SINGLE_EXIT = 0x00000400,     // threads that reach the boundary end instead of stopping
	P_TRACED = 0x00000800,
	P_WAITED = 0x00001000,
	P_WEXIT = 0x00002000,           // on its way out
	P_EXEC = 0x00004000,            // has called execve since it was forked
	P_KSES = 0x00008000,            // a KSE process
	P_CONTINUED = 0x00010000,
	P_STOPPED_SIG = 0x00020000,
	P_STOPPED_TRACE = 0x00040000,
	P_STOPPED_SINGLE = 0x00080000,  // somebody wants to be the only thread
	P_INEXEC = 0x08000000,
	P_STOPPED = P_STOPPED_SIG | P_STOPPED_TRACE | P_STOPPED_SINGLE,
};

// p_sflag (j)
enum : uint32_t {
	PS_INMEM = 0x00001,
	PS_NEEDSIGCHK = 0x02000,        // a signal may be deliverable
};

enum p_state_t : uint8_t { PRS_NEW, PRS_NORMAL, PRS_ZOMBIE };

// Argument of thread_single().
enum single_mode : int { SINGLE_NO_EXIT = 0, SINGLE_EXIT = 1 };

// Priorities: 0 runs first. Bands of the era.
enum : uint8_t {
	PRI_MIN_ITHD = 0,
	PRI_MIN_KERN = 64,
	PVM = 68,
	PRIBIO = 76,
	PZERO = 84,
	PSOCK = 88,
	PWAIT = 92,
	PPAUSE = 104,
	PRI_MIN_REALTIME = 128,
	PUSER = 160,                    // best timeshare priority
	PRI_MAX_TIMESHARE = 223,
	PRI_MIN_IDLE = 224,
	PRI_MAX_IDLE = 255,
};

struct thread_zeroed {
	sched_flags     td_flags{};             // (j) TDF_*
	int             td_inhibitors{};        // (j) TDI_*
	kse            *td_last_kse{};          // (j) KSE it ran on before
	kse            *td_kse{};               // (j) KSE it runs on, or that is its own
	void const     *td_wchan{};             // (j) sleeps on this address; TD_ON_SLEEPQ
	char const     *td_wmesg{};             // (j) why it sleeps, at most 8 letters
	mtx            *td_blocked{};           // (j) mutex it waits for
	char const     *td_lockname{};          // (j) name of td_blocked
	held_locks      td_sleeplocks{};        // (k) what witness knows it holds
	uint32_t        td_intr_nesting_level{};// (k) interrupts being handled on its stack
	uaddr           td_mailbox{};           // (k) mailbox of the user thread carried
	ucred          *td_ucred{};             // (k) counted reference
	thread         *td_standin GUARDED_BY(sched_lock){};    // (j) spare for the next upcall
	int             td_usticks{};           // (k) statclock ticks for the UTS
	uint32_t        td_critnest{};          // (k) depth of critical_enter
	uint8_t         td_lastcpu{};           // (j) where it ran last
	uint64_t        td_runtime{};           // (j) nanoseconds on a CPU
};

struct thread_copied {
	uint8_t td_base_pri{};                  // (j) priority without lent ones
	uint8_t td_priority{};                  // (j) active priority
};

struct thread final : thread_zeroed, thread_copied {
	proc           *td_proc{};              // (j) owner; null when spare
	ksegrp         *td_ksegrp{};            // (j) group; null when spare
	tailq_link<thread> td_plist{};          // (j) in p_threads
	tailq_link<thread> td_kglist{};         // (j) in kg_threads
	tailq_link<thread> td_slpq{};           // (j) in a sleep queue or condition variable
	tailq_link<thread> td_lockq{};          // (j) in a mutex's mtx_blocked
	tailq_link<thread> td_runq{};           // (j, z) in kg_runq, p_suspended or zombies
	tailq<mtx, &mtx::mtx_contested> td_contested{}; // (j) contested mutexes it owns

	uint32_t        td_tid{};               // (a) number for people, new with each thread_link
	td_state_t      td_state{TDS_INACTIVE}; // (j)
	uint32_t        td_retval[2]{};         // (k) results of the system call: eax, edx
	callout         td_slpcallout{};        // (h) timeout of its sleep
	pcb            *td_pcb{};               // (k) saved registers, top of the stack
	trapframe      *td_frame{};             // (k) user registers of this trip
	uintptr_t       td_kstack{};            // (a) lowest address of the stack; guard page below
	int             td_kstack_pages{};      // (a)
	uint32_t        td_md_savecrit{};       // (k) interrupt flag found by critical_enter
};

struct td_lockq_hook {
	static tailq_link<thread> &of(thread &td) { return td.td_lockq; }
};

using threadqueue = tailq<thread, &thread::td_runq>;

// Lending (K a KSE, B its bound owner, T an unbound borrower):
//   not lent  K.ke_thread = B, or an unbound thread that has it to itself; K.ke_bound = null
//   loanable  B blocked and nobody needs K: K on kg_lq, KEF_ONLOANQ, K.ke_thread = B
//   lent      K.ke_bound = B with TDI_LOAN, K.ke_thread = T or null in transit; B.td_kse = K
struct kse_zeroed {
	sched_flags ke_flags{};                 // (j) KEF_*
	thread     *ke_thread{};                // (j) attached: running, queued, or owner on kg_lq
	thread     *ke_bound{};                 // (j) owner while lent
	uint32_t    ke_slice{};                 // (j) ticks of the time slice used
	uint32_t    ke_quantum{};               // (j) ticks in user mode since the last upcall
	uint64_t    ke_uticks{};                // (j) ticks in user mode
	uint64_t    ke_sticks{};                // (j) ticks in the kernel
	uint8_t     ke_oncpu{NOCPU};            // (j)
	uint8_t     ke_rqindex{};               // (j) run queue index, priority / RQ_PPQ
	ke_state_t  ke_state{KES_UNQUEUED};     // (j)
	uaddr       ke_mailbox{};               // (j) struct kse_mailbox; NULL: never upcalls
	stack_t     ke_stack{};                 // (j) km_stack as of kse_create
	uaddr       ke_upcall{};                // (j) km_func as of kse_create
	thread     *ke_tdspare GUARDED_BY(sched_lock){};        // (j) dead thread kept as standin
};

struct kse final : kse_zeroed {
	proc           *ke_proc{};              // (a)
	ksegrp         *ke_ksegrp{};            // (a)
	uint32_t        ke_id{};                // (a) number for people
	tailq_link<kse> ke_kglist{};            // (j) in kg_kseq
	tailq_link<kse> ke_kgrlist{};           // (j) in kg_iq or kg_lq
	tailq_link<kse> ke_procq{};             // (j, z) in the system run queue or zombie_kses
};

struct ksegrp_zeroed {
	uint32_t    kg_estcpu{};                // (j) recent CPU use
	uint32_t    kg_slptime{};               // (j) seconds asleep
	thread     *kg_last_assigned{};         // (j) last on kg_runq that has a KSE
	int         kg_runnable{};              // (j) threads in state RUNQ
	int         kg_runq_kses{};             // (j) KSEs on the system run queue
	int         kg_loan_kses{};             // (j) length of kg_lq
	uaddr       kg_completed{};             // (c) newest completed mailbox, then tm_next
};

struct ksegrp_copied {
	uint8_t     kg_pri_class{};             // (j)
	uint8_t     kg_user_pri{PUSER};         // (j) priority in user mode
	int8_t      kg_nice{};                  // (j)
};

struct ksegrp final : ksegrp_zeroed, ksegrp_copied {
	proc           *kg_proc{};              // (a)
	uint32_t        kg_id{};                // (a) number for people
	tailq_link<ksegrp> kg_ksegrp{};         // (cj, z) in p_ksegrps or zombie_ksegrps
	tailq<kse, &kse::ke_kglist>  kg_kseq{};         // (j) all KSEs
	tailq<kse, &kse::ke_kgrlist> kg_iq{};           // (j) idle KSEs
	tailq<kse, &kse::ke_kgrlist> kg_lq{};           // (j) loanable KSEs
	tailq<thread, &thread::td_kglist> kg_threads{}; // (j) all threads
	threadqueue     kg_runq{};              // (j) ready unbound threads by td_priority
	int             kg_numthreads{};        // (j) length of kg_threads
	int             kg_kses{};              // (j) length of kg_kseq
	int             kg_idle_kses{};         // (j) length of kg_iq
};

// itimer: an interval timer; nanoseconds.
struct itimer final {
	uint64_t it_value{};                    // REAL: uptime when it is due; others: left; 0: off
	uint64_t it_interval{};                 // 0: once
};

struct proc final {
	tailq_link<proc> p_list{};              // (e) in allproc or zombproc
	tailq_link<proc> p_hash{};              // (e) in the table by number; ours
	tailq<ksegrp, &ksegrp::kg_ksegrp> p_ksegrps{};  // (cj)
	tailq<thread, &thread::td_plist>  p_threads{};  // (j)
	threadqueue     p_suspended GUARDED_BY(sched_lock){};   // (j) suspended threads, in order
	int             p_numthreads{};         // (j) length of p_threads
	int             p_numksegrps{};         // (cj) length of p_ksegrps
	int             p_suspcount GUARDED_BY(sched_lock){};   // (j) length of p_suspended
	int             p_oiks{};               // (j) most threads that thread_link has reported
	mtx             p_mtx{"process lock", lock_rank::proc};
	uint32_t        p_flag{};               // (c) P_*
	uint32_t        p_sflag{};              // (j) PS_*
	p_state_t       p_state{PRS_NEW};       // (cj)
	int             p_pid{};                // (b)
	proc           *p_pptr{};               // (e, j) parent: both to write, either to read
	int             p_ppid{};               // (e) number of p_pptr; read without lock; ours
	bool            p_waiting{};            // (e) a wait4 is handing out its status; ours
	tailq_link<proc> p_sibling{};           // (e) in the parent's p_children
	tailq<proc, &proc::p_sibling> p_children{};     // (e)
	ucred          *p_ucred{};              // (c) counted reference
	vmspace        *p_vmspace{};            // (b) null in kernel processes
	filedesc       *p_fd{};                 // (b) null in kernel processes
	thread         *p_singlethread{};       // (cj) who single-threads
	sigset_t        p_siglist{};            // (c) pending signals
	sigset_t        p_sigmask{};            // (c) masked signals; of the process in this era
	sigset_t        p_sigignore{};          // (c) ignored signals
	sigset_t        p_oldsigmask{};         // (c) mask before sigsuspend
	thread         *p_sigsuspender{};       // (c) whose sigsuspend put p_oldsigmask aside; ours
	stack_t         p_sigstk{nullptr, 0, SS_DISABLE};       // (c) alternate signal stack
	sigacts         p_sigacts{};            // (c) actions
	thread         *p_sigstandin{};         // (j) spare for the upcall of a signal; KSE mode
	tailq_link<proc> p_sigpost{};           // (j) has entries in p_sigposted
	uint32_t        p_sigposted{};          // (j) signals posted from interrupts, bit (sig - 1)
	sig_cause       p_sigpostcause{};       // (j) of a posted SIGCHLD
	itimer          p_itimer[3]{};          // (j) by ITIMER_*
	callout         p_itcallout{};          // (h) of ITIMER_REAL
	int             p_itarmed{};            // (j) calls of p_itcallout to come or under way
	int             p_pgid{};               // (e) process group
	int             p_sid{};                // (e) session
	int             p_xstat{};              // (c) wait status, or stop signal
	uint64_t        p_runtime{};            // (j) nanoseconds used by threads that ended
	char            p_comm[20]{};           // (b) name, ends with 0
	char            p_cwd[256]{};           // (k) absolute path, ends with 0
};

// P_SHOULDSTOP: which stops are asked for; compared for equality with P_STOPPED_SINGLE (seed 1546).
inline uint32_t P_SHOULDSTOP(proc const *p) { return p->p_flag & P_STOPPED; }

// History's state macros, as functions of the same spelling.
inline bool TD_IS_RUNNING(thread const *td) { return td->td_state == TDS_RUNNING; }
inline bool TD_ON_RUNQ(thread const *td) { return td->td_state == TDS_RUNQ; }
inline bool TD_CAN_RUN(thread const *td) { return td->td_state == TDS_CAN_RUN; }
inline bool TD_IS_INHIBITED(thread const *td) { return td->td_state == TDS_INHIBITED; }
inline bool TD_IS_SLEEPING(thread const *td) { return (td->td_inhibitors & TDI_SLEEPING) != 0; }
inline bool TD_IS_SUSPENDED(thread const *td) { return (td->td_inhibitors & TDI_SUSPENDED) != 0; }
inline bool TD_ON_LOCK(thread const *td) { return (td->td_inhibitors & TDI_LOCK) != 0; }
inline bool TD_ON_LOAN(thread const *td) { return (td->td_inhibitors & TDI_LOAN) != 0; }
inline bool TD_ON_SLEEPQ(thread const *td) { return td->td_wchan != nullptr; }
inline bool TD_IS_BOUND(thread const *td) { return (td->td_flags & TDF_UNBOUND) == 0; }

// TD_STATE_WORD: state and inhibitors in one word of a trace event; ours.
inline uint32_t TD_STATE_WORD(thread const *td)
{
	return td->td_state | static_cast<uint32_t>(td->td_inhibitors) << 8;
}

inline void TD_SET_INHIB(thread *td, int inhibitor) REQUIRES(sched_lock)
{
	td->td_state = TDS_INHIBITED;
	td->td_inhibitors |= inhibitor;
}

// TD_CLR_INHIB: the caller queues the thread if this leaves it CAN_RUN.
inline void TD_CLR_INHIB(thread *td, int inhibitor) REQUIRES(sched_lock)
{
	if ((td->td_inhibitors & inhibitor) == 0)
		return;
	td->td_inhibitors &= ~inhibitor;
	if (td->td_inhibitors == 0)
		td->td_state = TDS_CAN_RUN;
}

inline void TD_SET_SLEEPING(thread *td) REQUIRES(sched_lock) { TD_SET_INHIB(td, TDI_SLEEPING); }
inline void TD_CLR_SLEEPING(thread *td) REQUIRES(sched_lock) { TD_CLR_INHIB(td, TDI_SLEEPING); }
inline void TD_SET_SUSPENDED(thread *td) REQUIRES(sched_lock) { TD_SET_INHIB(td, TDI_SUSPENDED); }
inline void TD_CLR_SUSPENDED(thread *td) REQUIRES(sched_lock) { TD_CLR_INHIB(td, TDI_SUSPENDED); }
inline void TD_SET_LOCK(thread *td) REQUIRES(sched_lock) { TD_SET_INHIB(td, TDI_LOCK); }
inline void TD_CLR_LOCK(thread *td) REQUIRES(sched_lock) { TD_CLR_INHIB(td, TDI_LOCK); }
inline void TD_SET_LOAN(thread *td) REQUIRES(sched_lock) { TD_SET_INHIB(td, TDI_LOAN); }
inline void TD_CLR_LOAN(thread *td) REQUIRES(sched_lock) { TD_CLR_INHIB(td, TDI_LOAN); }
inline void TD_SET_RUNNING(thread *td) REQUIRES(sched_lock) { td->td_state = TDS_RUNNING; }
inline void TD_SET_RUNQ(thread *td) REQUIRES(sched_lock) { td->td_state = TDS_RUNQ; }
inline void TD_SET_CAN_RUN(thread *td) REQUIRES(sched_lock) { td->td_state = TDS_CAN_RUN; }
