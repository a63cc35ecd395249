// SPDX-License-Identifier: BSD-2-Clause
// Signals inside the kernel: sets, posting, and the checks on the way to user mode.
// After FreeBSD 5.0 sys/signalvar.h and kern_sig.c.
#pragma once

#include <kern/errno.hpp>
#include <kern/kern_proc.hpp>
#include <kern/proc.hpp>
#include <sys/signal.h>

// Sets hold signals 1 to 128, bit (signal - 1).
inline bool SIGISMEMBER(sigset_t const &set, int sig)
{
	unsigned const bit = static_cast<unsigned>(sig - 1);
	return (set.__bits[bit / 32] >> (bit % 32) & 1) != 0;
}
inline void SIGADDSET(sigset_t &set, int sig)
{
	unsigned const bit = static_cast<unsigned>(sig - 1);
	set.__bits[bit / 32] |= 1u << (bit % 32);
}
inline void SIGDELSET(sigset_t &set, int sig)
{
	unsigned const bit = static_cast<unsigned>(sig - 1);
	set.__bits[bit / 32] &= ~(1u << (bit % 32));
}
// SIG_CANTMASK: takes KILL and STOP out, which nobody masks.
inline void SIG_CANTMASK(sigset_t &set)
{
	SIGDELSET(set, SIGKILL);
	SIGDELSET(set, SIGSTOP);
}

// What a set holds beside the tests of single signals.
inline bool SIGISEMPTY(sigset_t const &set)
{
	return (set.__bits[0] | set.__bits[1] | set.__bits[2] | set.__bits[3]) == 0;
}
// sigset_or, sigset_andnot: a | b, a & ~b.
constexpr sigset_t sigset_or(sigset_t const &a, sigset_t const &b)
{
	return {{a.__bits[0] | b.__bits[0], a.__bits[1] | b.__bits[1],
	    a.__bits[2] | b.__bits[2], a.__bits[3] | b.__bits[3]}};
}
constexpr sigset_t sigset_andnot(sigset_t const &a, sigset_t const &b)
{
	return {{a.__bits[0] & ~b.__bits[0], a.__bits[1] & ~b.__bits[1],
	    a.__bits[2] & ~b.__bits[2], a.__bits[3] & ~b.__bits[3]}};
}

// sig_bit, sig_word: signals as bits of one word: whatever a mask may hold, only signals below NSIG
// are ever pending or caught, and those are in the first word of a set.
static_assert(NSIG <= 32);
constexpr uint32_t sig_bit(int sig)
{
	return 1u << (sig - 1);
}
constexpr uint32_t sig_word(sigset_t const &set)
{
	return set.__bits[0];
}
// sig_lowest: the lowest signal of a word that is not 0.
constexpr int sig_lowest(uint32_t word)
{
	return __builtin_ctz(word) + 1;
}

// Default actions. Ending with a core file is ending: there is nowhere to write one.
enum class sig_action : uint8_t { terminate, ignore, stop };
sig_action sig_default_action(int sig);
// sig_is_caught, sig_is_ignored: what p wants of it. p_mtx held.
bool sig_is_caught(proc const *p, int sig);
bool sig_is_ignored(proc const *p, int sig);

// sig_due: the pending signals that are not masked. SIGPENDING: there are any. p_mtx held.
inline uint32_t sig_due(proc const *p)
{
	return sig_word(p->p_siglist) & ~sig_word(p->p_sigmask);
}
inline bool SIGPENDING(proc const *p)
{
	return sig_due(p) != 0;
}

// psignal: post sig to p: p_mtx held in and out. Interruptible sleepers wake, running threads are
// brought to the boundary. Nothing for zombies and processes on their way out.
void psignal(proc *p, int sig, sig_cause const &cause = {});
// psignal_async: the same a moment later, from where p_mtx cannot be taken: the sigpost process
// posts it (kern_sigpost.cpp). `cause` counts for SIGCHLD only. p is no zombie.
void psignal_async(proc *p, int sig, sig_cause const &cause = {}) REQUIRES(sched_lock);
// psignal_forget: p becomes a zombie.
void psignal_forget(proc *p) REQUIRES(sched_lock);
// pgsignal: psignal to the processes of a group, but for init; whether there are any.
bool pgsignal(int pgid, int sig, sig_cause const &cause = {}) REQUIRES(proctree_lock);

// signotify: something deliverable may be pending: PS_NEEDSIGCHK, KEF_ASTPENDING, and in a KSE
// process an idle KSE upcalls. p_mtx held.
void signotify(proc *p);

// stop_process: p, not on its way out, stops for sig: sleepers where they are, the others at the
// boundary. continue_process: p, stopped for a signal, goes on. p_mtx held (kern_stop.cpp).
void stop_process(proc *p, int sig);
void continue_process(proc *p);
// process_stopped: p has stopped for a signal with all its threads. stop_check: a thread of p has
// been suspended or has ended: if p has thereby stopped, tell its parent.
bool process_stopped(proc const *p) REQUIRES(sched_lock);
void stop_check(proc *p) REQUIRES(sched_lock);

// cursig: the signal to act on now, or 0. p_mtx held. What stops has been seen to: the process has
// its P_STOPPED_SIG, and thread_suspend_check stops the thread. What a KSE process catches is its
// UTS's to hear of, never a thread's.
int cursig(thread *td);
// cursig_is_none: cursig would find nothing. p_mtx held.
bool cursig_is_none(proc const *p);
// sig_ends_or_stops: a signal has come, and not been acted on, that ends or stops p. p_mtx held.
bool sig_ends_or_stops(proc const *p);
// postsig: act on it: the handler's frame, or the end. p_mtx held in and out, released meanwhile.
void postsig(int sig);
// sig_interrupts: the error of a system call that this signal breaks off: EINTR or ERESTART.
// p_mtx held.
Errno sig_interrupts(proc const *p, int sig);

// sig_exec, sig_fork: the actions of a process that runs a new program, and of a child.
void sig_exec(proc *p);
void sig_fork(proc *child, proc const *parent);

// trapsignal: a fault of curthread in user mode: its handler runs on the thread's own stack, in a
// KSE process too, where it leaves the mask alone, which all threads share. Not caught, or masked:
// the process ends, with a line on the console that names command, pid, address and instruction. No
// locks.
void trapsignal(thread *td, int sig, int code, uint32_t address);

// signal_upcall_due: p is a KSE process with a caught signal that its UTS has not been told of.
// p_mtx held.
bool signal_upcall_due(proc const *p);
// signal_upcall: an idle KSE of p, a KSE process, shall make an upcall for a signal: whether one
// does. p_mtx held (kern_sigupcall.cpp).
bool signal_upcall(proc *p) REQUIRES(sched_lock);
// signal_upcall_prepare: a spare thread for signal_upcall; may sleep. No locks.
void signal_upcall_prepare(proc *p);
// signal_upcall_take: all that is due into ke's km_sigscaught. curthread is delivering an upcall on
// ke. No locks; EFAULT.
Errno signal_upcall_take(proc *p, kse *ke);

// sigexit: end the process as killed by sig. p_mtx held on entry, consumed.
[[noreturn]] void sigexit(thread *td, int sig);

// exit1: end the process with this wait status (kern_exit.cpp). No locks but Giant, at any depth.
[[noreturn]] void exit1(thread *td, int status);

// itimer_tick: curthread's process has used one more tick. itimer_exit: stop p's timers; may sleep
// (kern_itimer.cpp).
void itimer_tick(proc *p, bool user) REQUIRES(sched_lock);
void itimer_exit(proc *p);

// userret: every return to user mode of a system call or trap comes through here (subr_trap.cpp):
// signals, suspension, scheduling priority, thread_userret. No locks.
void userret(thread *td, trapframe *frame);
// ast: asked for by KEF_ASTPENDING or KEF_NEEDRESCHED; from doreti, interrupts on.
extern "C" [[gnu::noinline]] void ast(trapframe *frame);

// W_EXITCODE, W_STOPCODE: wait statuses.
constexpr int W_EXITCODE(int ret, int sig) { return ret << 8 | sig; }
constexpr int W_STOPCODE(int sig) { return sig << 8 | 0177; }
