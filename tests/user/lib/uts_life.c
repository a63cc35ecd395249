// SPDX-License-Identifier: BSD-2-Clause
// The tests' scheduler: threads, KSEs, and the way into KSE mode.
// Written for Kestrel.
#include "uts_raw.h"
#include "raw.h"
#include "uts_raw_int.h"
#include "../tap.h"

#include <string.h>
#include <sys/mman.h>

bool ru_bound_main;

static struct ru_thread *threads;	// [capacity + 1], 0 is the program
static char *stacks;			// RU_TSTACK each
static int capacity, count;
static char kse_stacks[RU_MAXKSES][RU_KSTACK] __attribute__((__aligned__(16)));

static uint32_t
has_fxsr(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return edx >> 24 & 1;
}

static void *
memory(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	for (size_t i = 0; i < size; i += 4096)
		p[i] = 0;
	return p;
}

bool
ru_init(int room)
{
	ru_forget();
	ru_fxsr = has_fxsr();
	memset(ru_kses, 0, sizeof ru_kses);
	memset(kse_stacks, 0, sizeof kse_stacks);
	ru_nkses = 0;
	ru_bound_main = false;
	if (room > capacity) {
		threads = memory(((size_t)room + 1) * sizeof *threads);
		stacks = memory(((size_t)room + 1) * RU_TSTACK);
		if (threads == NULL || stacks == NULL)
			return false;
		capacity = room;
	}
	memset(threads, 0, ((size_t)capacity + 1) * sizeof *threads);
	count = 1;
	return true;
}

struct ru_thread *
ru_threads(void)
{
	return threads;
}

struct ru_thread *
ru_owner(uint32_t mailbox)
{
	uint32_t distance = mailbox - W(threads);

	if (distance / sizeof *threads >= (uint32_t)count || distance % sizeof *threads != 0)
		return NULL;
	return &threads[distance / sizeof *threads];
}

struct ru_kse *
ru_kse(int group)
{
	struct ru_kse *k = &ru_kses[ru_nkses];

	if (ru_nkses == RU_MAXKSES || group >= RU_MAXGROUPS)
		bail_out("too many KSEs or groups");
	k->id = ru_nkses;
	k->group = group;
	k->stack = kse_stacks[ru_nkses++];
	k->km[KM_FUNC] = W(ru_upcall);
	k->km[KM_STACK_SP] = W(k->stack);
	k->km[KM_STACK_SIZE] = RU_KSTACK;
	k->km[KM_UDATA] = W(k);
	return k;
}

static _Noreturn void
thread_begin(struct ru_thread *self)
{
	self->func(self);
	ru_end(self);
}

struct ru_thread *
ru_thread(int group, void (*func)(struct ru_thread *), long arg)
{
	if (count > capacity)
		bail_out("no room for another thread");
	struct ru_thread *t = &threads[count];
	uint32_t *sp = (uint32_t *)(void *)(stacks + (size_t)(count + 1) * RU_TSTACK - 16);

	t->id = count++;
	t->group = group;
	t->func = func;
	t->arg = arg;
	sp[0] = W(t);
	*--sp = 0;
	ru_segments(t->tm);
	t->tm[TM_EIP] = W(thread_begin);
	t->tm[TM_ESP] = W(sp);
	t->tm[TM_EFLAGS] = 0x202;
	t->tm[TM_LEN] = 640;
	t->tm[TM_FPFORMAT] = 0x10000;
	t->tm[TM_OWNEDFP] = 0x20000;
	t->tm[TM_UDATA] = W(t);
	ru_born();
	ru_push(t);
	return t;
}

int
ru_start(void)
{
	struct ru_kse *k = &ru_kses[0];
	int32_t error;

	threads[0].state = RU_RUNNING;
	threads[0].kse = k;
	k->running = &threads[0];
	error = RAW(SYS_kse_create, W(k->km), 0);
	for (int i = 1; error == 0 && i < ru_nkses; i++) {
		bool newgroup = true;

		for (int j = 0; j < i; j++)
			newgroup &= ru_kses[j].group != ru_kses[i].group;
		// A further KSE joins the caller's group: that of KSE 0.
		if (!newgroup && ru_kses[i].group != 0)
			bail_out("only group 0 may have several KSEs");
		error = RAW(SYS_kse_create, W(ru_kses[i].km), newgroup);
	}
	if (error == 0 && !ru_bound_main)
		__atomic_store_n(&k->km[KM_CURTHREAD], W(threads[0].tm), __ATOMIC_SEQ_CST);
	return (int)-error;
}

int
ru_run(void)
{
	int error = ru_start();

	if (error == 0) {
		ru_join();
		ru_stop();
	}
	return error;
}

bool
ru_balanced(const char *what)
{
	const struct ru_ledger *l = &ru_ledger;
	unsigned int not_done = 0, away = 0;

	for (int i = 1; i < count; i++) {
		not_done += threads[i].state != RU_DONE;
		away += threads[i].blocks > threads[i].returns;
	}
	bool right = l->unknown == 0 && l->twice == 0 && not_done == 0 && away == 0 &&
	    l->returns >= l->blocks;
	if (!ok(right, "%s", what))
		diag("ledger: %u upcalls, %u blocked, %u came back, %u unknown, %u twice, %u of %d "
		    "not done, %u never back", l->upcalls, l->blocks, l->returns, l->unknown,
		    l->twice, not_done, count - 1, away);
	return right;
}
