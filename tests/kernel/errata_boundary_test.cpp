// SPDX-License-Identifier: BSD-2-Clause
// Defects of the seed's way to user mode and of its contexts, each provoked.
// Written for Kestrel; docs/errata.md tells the stories.
#include "kse_fixture.hpp"
#include "sibling.hpp"
#include "user_memory.hpp"
#include "worker.hpp"

#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/signalvar.hpp>
#include <machine/frame.hpp>
#include <machine/pcb.hpp>
#include <machine/psl.h>
#include <machine/segments.hpp>
#include <sys/kse.h>
#include <vm/uma.hpp>

#include <string.h>

namespace {

// Where things are in a test's user memory.
constexpr uint32_t mailbox_at = 0, stack_at = 0x100, stack_bytes = 0x400;
constexpr uint32_t completed_at = mailbox_at + offsetof(kse_mailbox, km_completed);
constexpr uint32_t entry = 0x12345678;

// be_upcall: curthread has a mailbox and a stack in user memory, and is on its way there.
void be_upcall(user_memory const &user)
{
	proc *p = curthread->td_proc;
	mtx_guard pg{p->p_mtx};
	mtx_guard sg{sched_lock};
	kse *ke = curthread->td_kse;
	p->p_flag |= P_KSES;
	ke->ke_mailbox = user.at(mailbox_at);
	ke->ke_upcall = uaddr{entry};
	ke->ke_stack.ss_sp = reinterpret_cast<char *>(to_word(user.at(stack_at)));
	ke->ke_stack.ss_size = stack_bytes;
	curthread->td_flags |= TDF_UPCALLING;
}

// The user frame of a kernel thread is memory that nobody else uses.
Errno go_up()
{
	return thread_userret(curthread, curthread->td_frame);
}

constinit bool borrower_ran{};

void borrow_and_end(void *, trapframe *)
{
	borrower_ran = true;
	sibling_end();
}

}

SELFTEST(a_thread_that_lent_its_kse_on_the_way_out_checks_the_boundary_again)
{
	borrower_ran = false;
	sibling_start_unbound(borrow_and_end, nullptr);
	EXPECT(go_up() == EAGAIN);
	EXPECT(borrower_ran);
	EXPECT(go_up() == OK);
	siblings_finish();
}

SELFTEST(an_upcall_of_a_used_thread_starts_from_a_clean_frame)
{
	user_memory user{1};
	trapframe const saved = *curthread->td_frame;
	be_upcall(user);
	memset(curthread->td_frame, 0xff, sizeof *curthread->td_frame);
	curthread->td_pcb->pcb_flags |= PCB_NPXUSED;
	curthread->td_pcb->pcb_gs = UDSEL;
	EXPECT(go_up() == OK);
	trapframe const &frame = *curthread->td_frame;
	uint32_t const esp = stack_at + stack_bytes - 16;
	EXPECT_EQ(entry, frame.tf_eip);
	EXPECT_EQ(to_word(user.at(esp)), frame.tf_esp);
	EXPECT_EQ(PSL_USER, frame.tf_eflags);
	EXPECT_EQ(0, frame.tf_eax | frame.tf_ebx | frame.tf_ecx | frame.tf_edx | frame.tf_ebp |
	    frame.tf_esi | frame.tf_edi);
	EXPECT_EQ(UDSEL, frame.tf_fs);
	EXPECT_EQ(UDSEL, frame.tf_es);
	EXPECT_EQ(0, curthread->td_pcb->pcb_flags & PCB_NPXUSED);
	EXPECT_EQ(0, curthread->td_pcb->pcb_gs);
	EXPECT_EQ(0, user.word(esp));
	EXPECT_EQ(to_word(user.at(mailbox_at)), user.word(esp + 4));
	*curthread->td_frame = saved;
	siblings_finish();
}

static uint32_t completed_in_kernel()
{
	mtx_guard g{curthread->td_proc->p_mtx};
	return to_word(curthread->td_ksegrp->kg_completed);
}

SELFTEST(an_upcall_keeps_completed_threads_that_the_uts_has_not_taken)
{
	constexpr uint32_t first = 0x2000, second = 0x3000;
	user_memory user{1};
	be_upcall(user);
	user.set_word(completed_at, first);
	{	mtx_guard g{curthread->td_proc->p_mtx};
		curthread->td_ksegrp->kg_completed = uaddr{second};
	}
	EXPECT(go_up() == OK);
	EXPECT_EQ(first, user.word(completed_at));
	EXPECT_EQ(second, completed_in_kernel());
	user.set_word(completed_at, 0);
	be_upcall(user);
	EXPECT(go_up() == OK);
	EXPECT_EQ(second, user.word(completed_at));
	EXPECT_EQ(0, completed_in_kernel());
	// And with nothing completed the list is not touched.
	be_upcall(user);
	EXPECT(go_up() == OK);
	EXPECT_EQ(second, user.word(completed_at));
	siblings_finish();
}

// A thread that waits for a thread's memory to become its standin gets one from elsewhere.
struct gift final {
	thread *to;
	thread *standin;        // given while `to` sleeps
	thread *last;           // freed then, so that `to` goes on
	bool    slept;
};
static constinit gift present{};

static void give_while_asleep(void *)
{
	present.slept = sleep_until([] {
		mtx_guard g{sched_lock};
		return TD_IS_SLEEPING(present.to);
	});
	{	mtx_guard g{sched_lock};
		present.to->td_standin = present.standin;
	}
	uma_zone_set_max(thread_zone, 0);
	thread_free(present.last);
}

SELFTEST(a_standin_that_came_while_another_was_allocated_is_kept)
{
	user_memory user{1};
	be_upcall(user);
	present = {curthread, thread_alloc(), thread_alloc(), false};
	{	worker giver{PUSER, give_while_asleep, nullptr};
		uma_zone_drain(thread_zone);
		uma_zone_set_max(thread_zone, uma_zone_get_cur(thread_zone));
		giver.go();
		EXPECT(go_up() == OK);
	}
	EXPECT(present.slept);
	{	mtx_guard g{sched_lock};
		EXPECT(curthread->td_standin == present.standin);
	}
	siblings_finish();
}

// Too large for a kernel stack.
static constinit ucontext_t context{};

// A signal mask that is replaced word by word, by a thread that gives way in between.
struct mask_trial final {
	thread *reader;
	bool    half_done;
};
static constinit mask_trial mask{};

static void change_mask_slowly(void *)
{
	proc *p = mask.reader->td_proc;
	mtx_guard g{p->p_mtx};
	p->p_sigmask.__bits[0] = 0x10;
	mask.half_done = true;
	(void)yield_until([p] {
		mtx_guard sg{sched_lock};
		return !mask.half_done || mask.reader->td_blocked == &p->p_mtx;
	});
	p->p_sigmask.__bits[1] = 0x10;
}

SELFTEST(a_context_never_shows_half_a_signal_mask)
{
	proc *p = curthread->td_proc;
	mask = {curthread, false};
	{	worker changer{PUSER, change_mask_slowly, nullptr};
		changer.go();
		EXPECT(sleep_until([] { return mask.half_done; }));
		thread_getcontext(curthread, &context);
		mask.half_done = false;
	}
	EXPECT_EQ(context.uc_sigmask.__bits[0], context.uc_sigmask.__bits[1]);
	mtx_guard g{p->p_mtx};
	p->p_sigmask = sigset_t{};
}

SELFTEST(a_context_that_unmasks_a_pending_signal_has_it_noticed)
{
	proc *p = curthread->td_proc;
	trapframe const saved = *curthread->td_frame;
	thread_getcontext(curthread, &context);
	mcontext_t &mc = context.uc_mcontext;
	mc.mc_cs = UCSEL;
	mc.mc_ss = mc.mc_ds = mc.mc_es = mc.mc_fs = UDSEL;
	mc.mc_gs = 0;
	mc.mc_eflags = PSL_USER;
	context.uc_sigmask = sigset_t{};
	{	mtx_guard g{p->p_mtx};
		SIGADDSET(p->p_sigmask, SIGUSR1);
		SIGADDSET(p->p_siglist, SIGUSR1);
		signotify(p);
		mtx_guard sg{sched_lock};
		EXPECT_EQ(0, p->p_sflag & PS_NEEDSIGCHK);
	}
	EXPECT(thread_setcontext(curthread, &context) == OK);
	*curthread->td_frame = saved;
	mtx_guard g{p->p_mtx};
	p->p_siglist = sigset_t{};
	mtx_guard sg{sched_lock};
	EXPECT_EQ(PS_NEEDSIGCHK, p->p_sflag & PS_NEEDSIGCHK);
	EXPECT((curthread->td_kse->ke_flags & KEF_ASTPENDING) != 0);
	p->p_sflag &= ~static_cast<uint32_t>(PS_NEEDSIGCHK);
}
