// SPDX-License-Identifier: BSD-2-Clause
// Zones and links of threads, KSEs and groups.
// Written for Kestrel; one test for each promise of kern_thread.cpp and kern_ksegrp.cpp.
#include "kse_fixture.hpp"

#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <machine/frame.hpp>
#include <machine/pcb.hpp>
#include <vm/pmap.hpp>
#include <vm/uma.hpp>
#include <vm/vm_glue.hpp>

SELFTEST(a_fresh_thread_is_inactive_unbound_and_nobodys)
{
	thread *td = thread_alloc();
	EXPECT_EQ(TDS_INACTIVE, td->td_state);
	EXPECT_EQ(TDF_UNBOUND, td->td_flags);
	EXPECT(td->td_proc == nullptr && td->td_kse == nullptr);
	thread_free(td);
}

SELFTEST(a_reused_thread_shows_nothing_of_its_former_life)
{
	thread *td = thread_alloc();
	td->td_flags.preset(TDF_UPCALLING);
	td->td_mailbox = uaddr{0x1234};
	td->td_inhibitors = TDI_LOAN;
	td->td_runtime = 1000;
	thread_free(td);
	thread *again = thread_alloc();
	EXPECT_EQ(TDF_UNBOUND, again->td_flags);
	EXPECT(again->td_mailbox == uaddr{});
	EXPECT_EQ(0, again->td_inhibitors);
	EXPECT_EQ(0, again->td_runtime);
	thread_free(again);
}

SELFTEST(pcb_and_trapframe_lie_at_the_top_of_a_guarded_stack)
{
	thread *td = thread_alloc();
	uintptr_t const top = td->td_kstack + kstack_bytes;
	EXPECT_EQ(KSTACK_PAGES, td->td_kstack_pages);
	EXPECT_EQ(top - sizeof(pcb), reinterpret_cast<uintptr_t>(td->td_pcb));
	EXPECT_EQ(top - sizeof(pcb) - 16 - sizeof(trapframe),
	    reinterpret_cast<uintptr_t>(td->td_frame));
	EXPECT(kstack_guard_contains(vaddr{static_cast<uint32_t>(td->td_kstack - 1)}));
	EXPECT(!kstack_guard_contains(vaddr{static_cast<uint32_t>(td->td_kstack)}));
	// The first and the last word are there.
	auto *words = reinterpret_cast<uint32_t volatile *>(td->td_kstack);
	words[0] = 0x5a5a5a5a;
	EXPECT_EQ(0x5a5a5a5a, words[0]);
	thread_free(td);
}

// The destructor alone: uma_zfree would have noted the item as free before it panics.
static void destroy_in_state(void *arg)
{
	thread *td = static_cast<thread *>(arg);
	td->td_state = TDS_CAN_RUN;
	thread_dtor(td, sizeof *td, nullptr);
}

SELFTEST(freeing_a_thread_that_is_not_inactive_panics)
{
	thread *td = thread_alloc();
	EXPECT(selftest_panics(destroy_in_state, td, "freed in state"));
	td->td_state = TDS_INACTIVE;
	thread_free(td);
}

SELFTEST(stashed_things_are_freed_by_the_next_reap)
{
	thread_reap();
	uint32_t const threads = uma_zone_get_cur(thread_zone);
	uint32_t const kses = uma_zone_get_cur(kse_zone);
	uint32_t const groups = uma_zone_get_cur(ksegrp_zone);
	thread_stash(thread_alloc());
	kse_stash(kse_alloc());
	ksegrp_stash(ksegrp_alloc());
	EXPECT_EQ(threads + 1, uma_zone_get_cur(thread_zone));
	EXPECT_EQ(kses + 1, uma_zone_get_cur(kse_zone));
	EXPECT_EQ(groups + 1, uma_zone_get_cur(ksegrp_zone));
	thread_reap();
	EXPECT_EQ(threads, uma_zone_get_cur(thread_zone));
	EXPECT_EQ(kses, uma_zone_get_cur(kse_zone));
	EXPECT_EQ(groups, uma_zone_get_cur(ksegrp_zone));
}

SELFTEST(stash_works_under_sched_lock)
{
	thread *td = thread_alloc();
	{	mtx_guard g{sched_lock};
		thread_stash(td);
	}
	thread_reap();
}

SELFTEST(kse_link_makes_a_counted_unqueued_kse)
{
	kse_fixture f;
	kse *ke = f.add_kse();
	EXPECT_EQ(1, f.kg->kg_kses);
	EXPECT_EQ(KES_UNQUEUED, ke->ke_state);
	EXPECT(ke->ke_proc == &f.p && ke->ke_ksegrp == f.kg);
	EXPECT(ke->ke_thread == nullptr);
	EXPECT_EQ(NOCPU, ke->ke_oncpu);
	kse *second = f.add_kse();
	EXPECT(f.kg->kg_kseq.first() == second);
}

SELFTEST(kse_unlink_takes_an_idle_kse_off_the_idle_queue)
{
	kse_fixture f;
	f.add_kse();
	kse *idle = f.add_idle_kse();
	{	mtx_guard g{sched_lock};
		kse_unlink(idle);
	}
	f.forget(idle);
	EXPECT_EQ(1, f.kg->kg_kses);
	EXPECT_EQ(0, f.kg->kg_idle_kses);
	EXPECT(f.kg->kg_iq.empty());
}

SELFTEST(kse_unlink_stashes_the_spare_with_its_kse)
{
	thread_reap();
	uint32_t const threads = uma_zone_get_cur(thread_zone);
	{	kse_fixture f;
		f.add_kse();
		kse *ke = f.add_idle_kse();
		thread *spare = thread_alloc();
		{	mtx_guard g{sched_lock};
			ke->ke_tdspare = spare;
			kse_unlink(ke);
		}
		f.forget(ke);
	}
	EXPECT_EQ(threads, uma_zone_get_cur(thread_zone));
}

SELFTEST(the_last_kse_takes_its_group_along)
{
	kse_fixture f;
	ksegrp *kg = ksegrp_alloc();
	ksegrp_link(kg, &f.p);
	EXPECT_EQ(2, f.p.p_numksegrps);
	kse *ke = kse_alloc();
	kse_link(ke, kg);
	{	mtx_guard g{sched_lock};
		kse_unlink(ke);
	}
	EXPECT_EQ(1, f.p.p_numksegrps);
	EXPECT(!f.p.p_ksegrps.contains(*kg));
}

static void unlink_group(void *arg)
{
	mtx_guard g{sched_lock};
	ksegrp_unlink(static_cast<ksegrp *>(arg));
}

SELFTEST(unlinking_a_group_with_threads_panics)
{
	kse_fixture f;
	f.add_thread(0);
	EXPECT(selftest_panics(unlink_group, f.kg, "unlinked with 1 threads"));
}

SELFTEST(proc_linkup_makes_one_of_each)
{
	kse_fixture f;
	thread *td = thread_alloc();
	kse *ke = kse_alloc();
	ksegrp *kg = ksegrp_alloc();
	proc p{};
	proc_linkup(&p, kg, ke, td);
	EXPECT_EQ(1, p.p_numthreads);
	EXPECT_EQ(1, p.p_numksegrps);
	EXPECT_EQ(1, kg->kg_numthreads);
	EXPECT_EQ(1, kg->kg_kses);
	EXPECT(p.p_threads.first() == td && td->td_ksegrp == kg && td->td_proc == &p);
	p.p_state = PRS_ZOMBIE;
	thread_wait(&p);
	EXPECT_EQ(0, p.p_numthreads);
	EXPECT(p.p_ksegrps.empty());
}
