// SPDX-License-Identifier: BSD-2-Clause
// The tests' scheduler: upcalls, run queues, and the ledger.
// Written for Kestrel.
#include "uts_raw.h"
#include "raw.h"
#include "uts_raw_int.h"
#include "../tap.h"

struct ru_kse ru_kses[RU_MAXKSES];
struct ru_ledger ru_ledger;
int ru_nkses;

static uint32_t lock_word;
static struct ru_thread *heads[RU_MAXGROUPS], *tails[RU_MAXGROUPS];
static struct ru_thread *joiner, *leaver;
static int live;		// threads but the program that are not DONE

// The holder runs as the UTS and makes no call that sleeps; see ksetest for why that suffices.
void
ru_lock(void)
{
	for (uint32_t spins = 0; __atomic_exchange_n(&lock_word, 1, __ATOMIC_ACQUIRE) != 0; ) {
		__asm__ volatile("pause");
		if (++spins % 100 == 0)
			RAW0(SYS_sched_yield);
	}
}

void
ru_unlock(void)
{
	__atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE);
}

void
ru_forget(void)
{
	for (int g = 0; g < RU_MAXGROUPS; g++)
		heads[g] = tails[g] = NULL;
	joiner = leaver = NULL;
	live = 0;
	lock_word = 0;
	ru_ledger = (struct ru_ledger){ 0 };
}

void
ru_push(struct ru_thread *t)
{
	t->state = RU_READY;
	t->kse = NULL;
	t->next = NULL;
	if (heads[t->group] == NULL)
		heads[t->group] = t;
	else
		tails[t->group]->next = t;
	tails[t->group] = t;
}

void
ru_born(void)
{
	live++;
}

static void
back_from_kernel(struct ru_thread *t)
{
	if (t->state != RU_RUNNING && t->state != RU_INKERNEL) {
		ru_ledger.twice++;
		return;
	}
	ru_ledger.returns++;
	t->returns++;
	ru_push(t);
}

static void
take_completed(struct ru_kse *k)
{
	struct ru_thread *list = NULL, *t;
	uint32_t word = __atomic_exchange_n(&k->km[KM_COMPLETED], 0, __ATOMIC_ACQ_REL);

	while (word != 0) {
		t = ru_owner(word);
		if (t == NULL) {
			ru_ledger.unknown++;
			break;
		}
		word = t->tm[TM_NEXT];
		t->tm[TM_NEXT] = W(list);
		list = t;
	}
	while ((t = list) != NULL) {
		list = (struct ru_thread *)(uintptr_t)t->tm[TM_NEXT];
		back_from_kernel(t);
	}
}

static void
note_blocked(struct ru_kse *k)
{
	struct ru_thread *t = k->running;

	k->running = NULL;
	if (t != NULL && t->state == RU_RUNNING && t->kse == k) {
		t->state = RU_INKERNEL;
		t->blocks++;
		ru_ledger.blocks++;
	}
}

static struct ru_kse *
pick_idle(int group)
{
	for (int i = 0; i < ru_nkses; i++) {
		if (ru_kses[i].idle && ru_kses[i].group == group) {
			ru_kses[i].idle = false;
			return &ru_kses[i];
		}
	}
	return NULL;
}

static _Noreturn void
leave_kse_mode(void)
{
	static uint32_t nowhere;
	int32_t error;

	while ((error = RAW0(SYS_kse_exit)) != 0) {
		if (error != -11 /* EDEADLK: another is halfway out */)
			bail_out("kse_exit: error %d", (int)-error);
		RAW0(SYS_sched_yield);
	}
	ru_switch(leaver->tm, &nowhere);
}

static struct ru_thread *
choose(struct ru_kse *k)
{
	struct ru_thread *t = heads[k->group];

	if (t == NULL)
		return NULL;
	heads[k->group] = t->next;
	t->state = RU_RUNNING;
	t->kse = k;
	t->runs++;
	k->running = t;
	return t;
}

_Noreturn void
ru_uts(struct ru_kse *k)
{
	for (;;) {
		ru_lock();
		if (leaver != NULL) {
			ru_unlock();
			leave_kse_mode();
		}
		struct ru_thread *t = choose(k);
		struct ru_kse *idle = t != NULL && heads[k->group] != NULL ?
		    pick_idle(k->group) : NULL;
		k->idle = t == NULL;
		ru_unlock();
		if (idle != NULL)
			RAW(SYS_kse_wakeup, W(idle->km));
		if (t != NULL)
			ru_switch(t->tm, &k->km[KM_CURTHREAD]);
		k->released++;
		int32_t error = RAW0(SYS_kse_release);
		bail_out("kse_release returned %d on KSE %d", (int)error, k->id);
	}
}

void
ru_upcall(uint32_t *km)
{
	struct ru_kse *k = (struct ru_kse *)(uintptr_t)km[KM_UDATA];

	ru_lock();
	ru_ledger.upcalls++;
	__atomic_fetch_add(&k->upcalls, 1, __ATOMIC_RELEASE);
	k->idle = false;
	take_completed(k);
	note_blocked(k);
	ru_unlock();
	ru_uts(k);
}

enum { WHY_YIELD, WHY_JOIN, WHY_END, WHY_LEAVE };

static void
came(void *arg)
{
	struct ru_kse *k = arg;
	struct ru_thread *t = k->came;
	bool call_others = false;

	ru_lock();
	t->tm[TM_FLAGS] &= ~1u;
	t->kse = NULL;
	k->running = NULL;
	switch (k->why) {
	case WHY_YIELD:
		ru_push(t);
		break;
	case WHY_JOIN:
		t->state = RU_WAITING;
		joiner = t;
		break;
	case WHY_END:
		t->state = RU_DONE;
		ru_ledger.ends++;
		live--;
		break;
	default:
		t->state = RU_WAITING;
		leaver = t;
		call_others = true;
		break;
	}
	if (joiner != NULL && live == 0) {
		ru_push(joiner);
		call_others = joiner->group != k->group;
		joiner = NULL;
	}
	ru_unlock();
	for (int i = 0; call_others && i < ru_nkses; i++) {
		if (&ru_kses[i] != k)
			RAW(SYS_kse_wakeup, W(ru_kses[i].km));
	}
	ru_uts(k);
}

// TMF_NOUPCALL first: from there on the KSE cannot be taken away, so that t->kse is true.
static void
enter(struct ru_thread *self, int why)
{
	self->tm[TM_FLAGS] |= 1u;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	struct ru_kse *k = *(struct ru_kse *volatile *)&self->kse;
	k->came = self;
	k->why = why;
	ru_leave(self->tm, &k->km[KM_CURTHREAD], k->stack + RU_KSTACK, came, k);
}

void
ru_yield(struct ru_thread *self)
{
	enter(self, WHY_YIELD);
}

_Noreturn void
ru_end(struct ru_thread *self)
{
	enter(self, WHY_END);
	bail_out("thread %d was resumed after its end", self->id);
}

void
ru_join(void)
{
	enter(ru_threads(), WHY_JOIN);
}

void
ru_stop(void)
{
	enter(ru_threads(), WHY_LEAVE);
	leaver = NULL;
}

void
ru_sync(struct ru_thread *self, bool on)
{
	if (on) {
		self->tm[TM_FLAGS] |= 1u;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		struct ru_kse *k = *(struct ru_kse *volatile *)&self->kse;
		__atomic_store_n(&k->km[KM_CURTHREAD], 0, __ATOMIC_SEQ_CST);
	} else {
		__atomic_store_n(&self->kse->km[KM_CURTHREAD], W(self->tm), __ATOMIC_SEQ_CST);
		self->tm[TM_FLAGS] &= ~1u;
	}
}
