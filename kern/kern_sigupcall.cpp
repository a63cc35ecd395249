// SPDX-License-Identifier: BSD-2-Clause
// Signals of KSE processes: from the pending set, through an upcall, into km_sigscaught.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), signal_upcall(), dead there; a protocol of
// our own.
#include <kern/signalvar.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sleepq.hpp>
#include <kern/thread.hpp>
#include <sys/kse.h>

// How a caught signal gets to the UTS, and why none is lost:
//
//   posted      stays in p_siglist, under p_mtx, until an upcall is being delivered
//   a taker     an idle KSE: its upcall is made from p_sigstandin, which psignal can have without
//               sleeping. No standin: an upcall that used it is on its way, and prepares a new one
//               before it takes what is pending
//               a user thread in user mode: KEF_ASTPENDING; ast() exports it, the KSE upcalls
//               a user thread in a system call: its way out is no direct return
//               kse_release: looks before it gives the KSE up, and wakes as the last thread
//               none of them (the UTS runs, or a region marked NOUPCALL): PS_NEEDSIGCHK stays
//               set, and the clock asks again at each tick in user mode
//   delivery    signal_upcall_take: out of p_siglist under p_mtx, then ORed into km_sigscaught
//               while no thread of this KSE is in user mode. The UTS takes its words with an
//               exchange; the kernel adds with compare-and-swap

bool signal_upcall_due(proc const *p)
{
	if ((p->p_flag & P_KSES) == 0)
		return false;
	return (sig_due(p) & sig_word(p->p_sigacts.ps_catch)) != 0;
}

// start_on: an upcall of an idle KSE, made of the standin.
static bool start_on(proc *p, kse *idle) REQUIRES(sched_lock)
{
	thread *standin = p->p_sigstandin;

	if (thread_schedule_upcall_with(p->p_threads.first(), idle, standin) == nullptr)
		return false;
	p->p_sigstandin = nullptr;
	KTR(KTR_SIG, "signal upcall", "KSE {ke} of process {pid} is to tell the UTS of a signal",
	    idle->ke_id, p->p_pid);
	return true;
}

// A stopped process gets no new threads: whoever lets it go on calls signotify again.
bool signal_upcall(proc *p)
{
	sched_lock.assert_owned();
	if (P_SHOULDSTOP(p) != 0)
		return false;
	for (ksegrp &kg : p->p_ksegrps) {
		kse *idle = kg.kg_iq.first();
		if (idle != nullptr && p->p_sigstandin != nullptr && start_on(p, idle))
			return true;
		kse_wake_released(&kg);
	}
	return false;
}

void signal_upcall_prepare(proc *p)
{
	// Only threads of p take it or put it there; a stale look costs an allocation.
	if (p->p_sigstandin != nullptr)
		return;
	thread *spare = thread_alloc();
	{	mtx_guard g{sched_lock};
		if (p->p_sigstandin == nullptr) {
			p->p_sigstandin = spare;
			return;
		}
	}
	thread_free(spare);
}

// take_due: caught and deliverable signals leave the pending set.
static uint32_t take_due(proc *p)
{
	sigacts &acts = p->p_sigacts;
	mtx_guard g{p->p_mtx};
	uint32_t const taken = sig_due(p) & sig_word(acts.ps_catch);

	p->p_siglist.__bits[0] &= ~taken;
	acts.ps_catch.__bits[0] &= ~(taken & sig_word(acts.ps_reset));
	if (!SIGPENDING(p)) {
		mtx_guard sg{sched_lock};
		p->p_sflag &= ~static_cast<uint32_t>(PS_NEEDSIGCHK);
	}
	return taken;
}

// add_bits: *at |= bits, whatever else changes the word.
static Errno add_bits(uaddr at, uint32_t bits)
{
	uint32_t expected = TRY(fetch_word(at));
	for (;;) {
		uint32_t const found = TRY(cas_word(at, expected, expected | bits));
		if (found == expected)
			return OK;
		expected = found;
	}
}

Errno signal_upcall_take(proc *p, kse *ke)
{
	if ((p->p_sflag & PS_NEEDSIGCHK) == 0 && SIGISEMPTY(p->p_siglist))
		return OK;
	uint32_t const taken = take_due(p);
	if (taken == 0)
		return OK;
	KTR(KTR_SIG, "signals caught", "the UTS of process {pid} gets signals {bits:x} on KSE {ke}",
	    p->p_pid, taken, ke->ke_id);
	return add_bits(user_at(ke->ke_mailbox, offsetof(kse_mailbox, km_sigscaught)), taken);
}
