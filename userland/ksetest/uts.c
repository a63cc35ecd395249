// SPDX-License-Identifier: BSD-2-Clause
// The scheduler proper: upcall entry, run queues, choosing and resuming a thread, idling.
// Written for Kestrel, after the contract of FreeBSD's first KSE test program of 2002.
#include "uts.h"
#include "story.h"

#include <stdlib.h>
#include <sched.h>

struct uts_totals uts_totals;
struct ukse uts_kses[UTS_MAXKSES];
struct ugroup uts_groups[UTS_MAXGROUPS];
struct uthread uts_threads[UTS_MAXTHREADS];
int uts_nkses, uts_ngroups, uts_nthreads;
void (*uts_before_release)(struct ukse *k);

static int lock_word;			// 0 free, 1 held
static struct uthread *joiner;		// (u) thread in uts_join
static struct uthread *leaver;		// (u) thread in uts_stop; set: all KSEs exit

// The lock of everything marked (u). Its holder runs with km_curthread NULL and makes no system
// call, so it can lose the CPU only to another process or KSE, and a spinner helps best by
// yielding the CPU after a while.
void
uts_lock(void)
{
	for (unsigned int spins = 0; __atomic_exchange_n(&lock_word, 1, __ATOMIC_ACQUIRE) != 0; ) {
		__asm__ volatile("pause");
		if (++spins % 100 == 0)
			sched_yield();
	}
}

void
uts_unlock(void)
{
	__atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE);
}

void
uts_enqueue(struct uthread *t)
{
	struct ugroup *g = t->ut_group;

	t->ut_state = UT_READY;
	t->ut_kse = NULL;
	t->ut_next = NULL;
	if (g->ug_head == NULL)
		g->ug_head = t;
	else
		g->ug_tail->ut_next = t;
	g->ug_tail = t;
}

static struct uthread *
dequeue(struct ugroup *g)
{
	struct uthread *t = g->ug_head;

	if (t != NULL)
		g->ug_head = t->ut_next;
	return t;
}

static bool
is_ours(const struct kse_thr_mailbox *tm)
{
	uintptr_t distance = (uintptr_t)tm - (uintptr_t)uts_threads;

	return distance < sizeof uts_threads && distance % sizeof uts_threads[0] == 0;
}

// Take what the kernel has completed. The list is newest first, so turn it round: who came back
// first runs first. The exchange takes each list exactly once; what completes later is handed
// over by a later upcall.
static void
take_completed(struct ukse *k)
{
	struct kse_thr_mailbox *tm, *next, *oldest_first = NULL;

	tm = __atomic_exchange_n(&k->uk_mailbox.km_completed, NULL, __ATOMIC_ACQ_REL);
	for (; tm != NULL; tm = next) {
		if (!is_ours(tm)) {
			uts_totals.strays++;	// nothing known about its links either
			break;
		}
		next = tm->tm_next;
		tm->tm_next = oldest_first;
		oldest_first = tm;
	}
	for (tm = oldest_first; tm != NULL; tm = next) {
		struct uthread *t = (struct uthread *)tm;

		next = tm->tm_next;
		if (t->ut_state != UT_RUNNING && t->ut_state != UT_INKERNEL) {
			uts_totals.strays++;
			continue;
		}
		uts_totals.returns++;
		t->ut_returns++;
		story(k, "thread %d is back from the kernel", t->ut_id);
		uts_enqueue(t);
	}
}

// An upcall without news of the thread that we resumed last means that it blocked. If another KSE
// got its mailbox before we came here, ut_kse no longer names this KSE.
static void
note_blocked(struct ukse *k)
{
	struct uthread *t = k->uk_running;

	k->uk_running = NULL;
	if (t == NULL || t->ut_state != UT_RUNNING || t->ut_kse != k)
		return;
	t->ut_state = UT_INKERNEL;
	t->ut_blocks++;
	uts_totals.blocks++;
	story(k, "thread %d blocks in the kernel, the KSE is free", t->ut_id);
}

static struct ukse *
pick_idle(const struct ugroup *g)
{
	for (int i = 0; i < uts_nkses; i++) {
		if (uts_kses[i].uk_idle && uts_kses[i].uk_group == g) {
			uts_kses[i].uk_idle = false;
			return &uts_kses[i];
		}
	}
	return NULL;
}

// Wake an idle KSE. NULL asks for any KSE of our group that idles in the kernel already; a KSE that
// is still on its way into kse_release is found by its mailbox only, and then does not idle.
static void
wake(struct ukse *k, struct ukse *idle)
{
	bool any = uts_totals.wakeups++ % 2 == 1 && kse_wakeup(NULL) == 0;

	if (any)
		story(k, "more threads than one: kse_wakeup(NULL)");
	else
		story(k, "more threads than one: kse_wakeup(KSE %d)", idle->uk_id);
	if (!any)
		kse_wakeup(&idle->uk_mailbox);
}

// All threads but 0 are done, and thread 0 wants to leave KSE mode. The kernel lets each KSE end
// but the very last one, which carries thread 0 out. While another KSE of our group is halfway
// out, the kernel may still count its thread, EDEADLK: try again.
static _Noreturn void
leave_kse_mode(struct ukse *k)
{
	static struct kse_thr_mailbox *nowhere;

	__atomic_fetch_add(&uts_totals.exits, 1, __ATOMIC_RELAXED);
	story(k, "kse_exit");
	while (kse_exit() != 0)
		sched_yield();
	story(k, "kse_exit returned: the process is an ordinary one again");
	uts_switch(&leaver->ut_mailbox, &nowhere, false);
}

static _Noreturn void
resume(struct ukse *k, struct uthread *t, struct ukse *idle)
{
	if (idle != NULL)
		wake(k, idle);
	story(k, "thread %d runs", t->ut_id);
	uts_switch(&t->ut_mailbox, &k->uk_mailbox.km_curthread, k->uk_fpu_clean);
}

// The loop of every KSE: the first ready thread of the group, or idle.
static _Noreturn void
uts_run(struct ukse *k)
{
	for (;;) {
		uts_lock();
		if (leaver != NULL) {
			uts_unlock();
			leave_kse_mode(k);
		}
		struct uthread *t = dequeue(k->uk_group);
		if (t != NULL) {
			t->ut_state = UT_RUNNING;
			t->ut_kse = k;
			k->uk_running = t;
			struct ukse *idle = k->uk_group->ug_head != NULL ?
			    pick_idle(k->uk_group) : NULL;
			uts_unlock();
			resume(k, t, idle);
		}
		uts_unlock();

		story_flush();		// a good moment: nothing else to do, no lock held
		if (uts_before_release != NULL)
			uts_before_release(k);
		uts_lock();
		bool idle = leaver == NULL && k->uk_group->ug_head == NULL;
		k->uk_idle = idle;
		uts_unlock();
		if (!idle)
			continue;
		story(k, "no thread is ready: kse_release");
		kse_release();
		story_fatal("kse_release returned");
	}
}

unsigned int uts_signals[_SIG_MAXSIG + 1];

// take_signals: what the process has caught since the last upcall of this KSE.
static void
take_signals(struct ukse *k)
{
	for (int w = 0; w < _SIG_WORDS; w++) {
		unsigned int bits = __atomic_exchange_n(&k->uk_mailbox.km_sigscaught.__bits[w], 0,
		    __ATOMIC_ACQ_REL);

		for (; bits != 0; bits &= bits - 1) {
			int sig = w * 32 + __builtin_ctz(bits) + 1;

			story(k, "the process has caught signal %d", sig);
			__atomic_fetch_add(&uts_signals[sig], 1, __ATOMIC_RELEASE);
		}
	}
}

_Noreturn void
uts_upcall(struct kse_mailbox *km)
{
	struct ukse *k = km->km_udata;

	uts_lock();
	uts_totals.upcalls++;
	k->uk_upcalls++;
	k->uk_idle = false;
	k->uk_fpu_clean = true;
	story(k, "upcall");
	take_signals(k);
	take_completed(k);
	note_blocked(k);
	uts_unlock();
	uts_run(k);
}

static bool
others_done(const struct uthread *self)
{
	for (int i = 0; i < uts_nthreads; i++) {
		if (&uts_threads[i] != self && uts_threads[i].ut_state != UT_DONE)
			return false;
	}
	return true;
}

static void
wake_all(const struct ukse *self)
{
	for (int i = 0; i < uts_nkses; i++) {
		if (&uts_kses[i] != self)
			kse_wakeup(&uts_kses[i].uk_mailbox);
	}
}

// A thread has come to the UTS: its context is saved, we are on the KSE's own stack.
static void
uts_came(void *arg)
{
	struct ukse *k = arg;
	struct uthread *t = k->uk_came;

	uts_lock();
	t->ut_mailbox.tm_flags &= ~(unsigned int)TMF_NOUPCALL;
	k->uk_running = NULL;
	k->uk_fpu_clean = false;
	t->ut_kse = NULL;
	switch (k->uk_request) {
	case UTS_YIELD:
		story(k, "thread %d gives way", t->ut_id);
		uts_enqueue(t);
		break;
	case UTS_JOIN:
		story(k, "thread %d waits for all others", t->ut_id);
		t->ut_state = UT_WAITING;
		joiner = t;
		break;
	case UTS_END:
		t->ut_state = UT_DONE;
		story(k, "thread %d ends", t->ut_id);
		break;
	case UTS_LEAVE:
		t->ut_state = UT_WAITING;
		leaver = t;
		break;
	}
	bool call_others = leaver != NULL;
	if (joiner != NULL && others_done(joiner)) {
		uts_enqueue(joiner);
		// It may belong to another group, whose KSEs may all be idle.
		call_others = joiner->ut_group != k->uk_group;
		joiner = NULL;
	}
	uts_unlock();
	if (call_others)
		wake_all(k);
	uts_run(k);
}

// From the flag on, nobody takes our KSE away, so ut_kse stays true until km_curthread is NULL.
void
uts_enter(struct uthread *self, enum uts_request why)
{
	self->ut_mailbox.tm_flags |= TMF_NOUPCALL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	struct ukse *k = *(struct ukse *volatile *)&self->ut_kse;
	k->uk_came = self;
	k->uk_request = why;
	uts_save_and_call(&self->ut_mailbox, &k->uk_mailbox.km_curthread,
	    k->uk_stack + UTS_KSTACK, uts_came, k);
}

void
uts_yield(struct uthread *self)
{
	uts_enter(self, UTS_YIELD);
}

void
uts_join(struct uthread *self)
{
	uts_enter(self, UTS_JOIN);
}

_Noreturn void
uts_end(struct uthread *self)
{
	uts_enter(self, UTS_END);
	story_fatal("a thread that had ended was resumed");
}

void
uts_stop(void)
{
	uts_enter(&uts_threads[0], UTS_LEAVE);
	leaver = NULL;
}

void
uts_sync_begin(struct uthread *self)
{
	self->ut_mailbox.tm_flags |= TMF_NOUPCALL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	struct ukse *k = *(struct ukse *volatile *)&self->ut_kse;
	__atomic_store_n(&k->uk_mailbox.km_curthread, NULL, __ATOMIC_SEQ_CST);
}

void
uts_sync_end(struct uthread *self)
{
	__atomic_store_n(&self->ut_kse->uk_mailbox.km_curthread, &self->ut_mailbox,
	    __ATOMIC_SEQ_CST);
	self->ut_mailbox.tm_flags &= ~(unsigned int)TMF_NOUPCALL;
}
