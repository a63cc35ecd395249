// SPDX-License-Identifier: BSD-2-Clause
// Mailbox traffic: what the kernel reads from and writes to the UTS's memory.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed), lines 498-543 and 711-813.
#include <kern/mailbox.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/signalvar.hpp>
#include <kern/thread.hpp>
#include <sys/kse.h>

static void copy_sigmask(proc *p, ucontext_t *uc)
{
	mtx_guard g{p->p_mtx};                  // four words that must belong together (D-26)
	uc->uc_sigmask = p->p_sigmask;
}

void thread_getcontext(thread *td, ucontext_t *uc)
{
	get_mcontext(td, &uc->uc_mcontext);
	copy_sigmask(td->td_proc, uc);
}

Errno thread_setcontext(thread *td, ucontext_t const *uc)
{
	proc *p = td->td_proc;

	TRY(set_mcontext(td, &uc->uc_mcontext));
	mtx_guard g{p->p_mtx};
	p->p_sigmask = uc->uc_sigmask;
	SIG_CANTMASK(p->p_sigmask);
	signotify(p);                           // what this unmasks may be pending (D-27)
	return OK;
}

// The kernel writes the first two members of the context, mask and registers, of which the FPU's
// are the last and only there if the thread has any; uc_link and uc_stack behind them stay as the
// UTS left them.
static_assert(offsetof(ucontext_t, uc_link) ==
    offsetof(ucontext_t, uc_mcontext) + sizeof(mcontext_t));

Errno thread_export_context(thread *td)
{
	proc *p = td->td_proc;
	ksegrp *kg = td->td_ksegrp;
	uaddr const mailbox = td->td_mailbox;
	ucontext_t uc;

	size_t const bytes = offsetof(ucontext_t, uc_mcontext) +
	    get_mcontext_part(td, &uc.uc_mcontext);
	copy_sigmask(p, &uc);
	TRY(copyout(&uc, user_at(mailbox, offsetof(kse_thr_mailbox, tm_context)), bytes));
	// User memory is written without locks, so the head may change before the mailbox is
	// linked: then its tm_next is written anew. That the same head may have gone and come back
	// is no matter, since only its address counts.
	for (;;) {
		uaddr const head = kg->kg_completed;
		TRY(store_word(user_at(mailbox, offsetof(kse_thr_mailbox, tm_next)),
		    to_word(head)));
		mtx_guard g{p->p_mtx};
		if (head == kg->kg_completed) {
			kg->kg_completed = mailbox;
			KTR(KTR_UPCALL, "completed",
			    "user thread {mailbox:x} of thread {td} has completed: group {kg}",
			    mailbox, td->td_tid, kg->kg_id);
			return OK;
		}
	}
}

Errno thread_link_mboxes(ksegrp *kg, kse *ke)
{
	uaddr const at = user_at(ke->ke_mailbox, offsetof(kse_mailbox, km_completed));

	if (kg->kg_completed == uaddr{})
		return OK;
	// What the UTS has not taken yet stays its own; the rest waits for the next upcall (D-42).
	if (TRY(fetch_word(at)) != 0)
		return OK;
	uaddr head;
	{	mtx_guard g{kg->kg_proc->p_mtx};
		head = kg->kg_completed;
		kg->kg_completed = uaddr{};
	}
	KTR(KTR_UPCALL, "hand over",
	    "the completed threads of group {kg}, {head:x} first, go to KSE {ke}", kg->kg_id,
	    head, ke->ke_id);
	return store_word(at, to_word(head));
}

result<uaddr> mailbox_curthread(uaddr mailbox)
{
	return uaddr{TRY(fetch_word(user_at(mailbox, offsetof(kse_mailbox, km_curthread))))};
}

Errno mailbox_clear_curthread(uaddr mailbox)
{
	return store_word(user_at(mailbox, offsetof(kse_mailbox, km_curthread)), 0);
}

// An unreadable flag word counts as "no upcall": the fault shows when the thread itself touches it.
bool mailbox_allows_preemption(uaddr mailbox, uaddr tmbx)
{
	auto km_flags = fetch_word(user_at(mailbox, offsetof(kse_mailbox, km_flags)));
	auto tm_flags = fetch_word(user_at(tmbx, offsetof(kse_thr_mailbox, tm_flags)));
	return km_flags && tm_flags && (*km_flags & KMF_NOUPCALL) == 0 &&
	    (*tm_flags & TMF_NOUPCALL) == 0;
}

void thread_fatal_mailbox(thread *td, char const *what, uaddr where)
{
	proc *p = td->td_proc;

	p->p_mtx.lock();        // sigexit() releases it
	// Said by the first thread to find out; the others end at their own boundary.
	if ((p->p_flag & (P_WEXIT | P_SINGLE_EXIT)) == 0)
		printf("pid %d (%s): killed, %s at %#x cannot be used\n", p->p_pid, p->p_comm, what,
		    to_word(where));
	sigexit(td, SIGSEGV);
}
