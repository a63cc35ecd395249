// SPDX-License-Identifier: BSD-2-Clause
// Signals inside the kernel: sets, posting, and the checks on the way to user mode.
// After FreeBSD 5.0 sys/signalvar.h and kern_sig.c.
#pragma once

#include <kern/errno.hpp>
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

// SIGPENDING: a pending signal is not masked. p_mtx held.
bool SIGPENDING(proc const *p);

// psignal: post sig to p: p_mtx held in and out. Interruptible sleepers wake, running threads are
// brought to the boundary. Nothing for zombies and processes on their way out.
void psignal(proc *p, int sig);

// signotify: something deliverable may be pending: PS_NEEDSIGCHK, KEF_ASTPENDING. p_mtx held.
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
// its P_STOPPED_SIG, and thread_suspend_check stops the thread.
int cursig(thread *td);
// postsig: act on it; the default action of most does not return. p_mtx held in and out.
void postsig(int sig);

// trapsignal: a fault of curthread in user mode: the process gets `sig`, with a line on the console
// that names command, pid, address and instruction when that ends it. No locks.
void trapsignal(thread *td, int sig, int code, uint32_t address);

// sigexit: end the process as killed by sig. p_mtx held on entry, consumed.
[[noreturn]] void sigexit(thread *td, int sig);

// exit1: end the process with this wait status (kern_exit.cpp). No locks but Giant, at any depth.
[[noreturn]] void exit1(thread *td, int status);

// userret: every return to user mode of a system call or trap comes through here (subr_trap.cpp):
// signals, suspension, scheduling priority, thread_userret. No locks.
void userret(thread *td, trapframe *frame);
// ast: asked for by KEF_ASTPENDING or KEF_NEEDRESCHED; from doreti, interrupts on.
extern "C" void ast(trapframe *frame);

// W_EXITCODE, W_STOPCODE: wait statuses.
constexpr int W_EXITCODE(int ret, int sig) { return ret << 8 | sig; }
constexpr int W_STOPCODE(int sig) { return sig << 8 | 0177; }
