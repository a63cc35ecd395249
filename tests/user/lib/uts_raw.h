// SPDX-License-Identifier: BSD-2-Clause
// A user thread scheduler for tests, on bare words: offsets and calls as numbers, nothing from the
// headers that it is to check, and a ledger of every thread's way through the kernel.
// Written for Kestrel; layouts of October 2002.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RU_MAXKSES	8
#define RU_MAXGROUPS	4

// Words of a kse_mailbox, 12.
enum { KM_CURTHREAD = 0, KM_COMPLETED = 1, KM_FLAGS = 6, KM_FUNC = 7, KM_STACK_SP = 8,
    KM_STACK_SIZE = 9, KM_UDATA = 11, KM_WORDS = 12 };
// Words of a kse_thr_mailbox, 180, 16-aligned.
enum { TM_GS = 5, TM_FS = 6, TM_ES = 7, TM_DS = 8, TM_EDI = 9, TM_ESI = 10, TM_EBP = 11,
    TM_EBX = 13, TM_EDX = 14, TM_ECX = 15, TM_EAX = 16, TM_EIP = 19, TM_CS = 20, TM_EFLAGS = 21,
    TM_ESP = 22, TM_SS = 23, TM_LEN = 24, TM_FPFORMAT = 25, TM_OWNEDFP = 26, TM_FPSTATE = 28,
    TM_FLAGS = 176, TM_NEXT = 177, TM_UDATA = 178, TM_WORDS = 180 };

enum ru_state { RU_READY, RU_RUNNING, RU_INKERNEL, RU_WAITING, RU_DONE };

struct ru_thread {
	uint32_t	tm[TM_WORDS] __attribute__((__aligned__(16)));	// must be first
	enum ru_state	state;
	int		id;		// 0: the program
	int		group;
	struct ru_kse	*kse;
	struct ru_thread *next;
	void		(*func)(struct ru_thread *);
	long		arg;
	long		result;
	unsigned int	blocks, returns, runs;
};

struct ru_kse {
	uint32_t	km[KM_WORDS] __attribute__((__aligned__(16)));
	int		id;
	int		group;
	struct ru_thread *running;
	struct ru_thread *came;
	int		why;
	bool		idle;
	unsigned int	upcalls, released;
	char		*stack;		// lowest address
};

// The ledger. unknown and twice must stay 0: a mailbox of nobody, a thread that came back although
// it was not away.
struct ru_ledger {
	unsigned int	upcalls, blocks, returns, unknown, twice, ends;
};

#define RU_KSTACK	8192
#define RU_TSTACK	4096

extern struct ru_kse ru_kses[RU_MAXKSES];
extern struct ru_ledger ru_ledger;
extern int ru_nkses;
extern bool ru_bound_main;	// ru_start leaves the caller as the UTS, km_curthread NULL

// ru_init: room for so many threads besides the program, all memory mapped and touched. False if
// there is none.
bool ru_init(int threads);
// ru_kse: another KSE in a group, 0 first; its groups must come in order. ru_thread: a thread.
struct ru_kse *ru_kse(int group);
struct ru_thread *ru_thread(int group, void (*func)(struct ru_thread *), long arg);
struct ru_thread *ru_threads(void);

// ru_start: enter KSE mode; 0 or the error number. ru_join: wait for the end of all other threads.
// ru_stop: leave KSE mode by kse_exit on every KSE; afterwards ru_init may be called again.
int ru_start(void);
void ru_join(void);
void ru_stop(void);
// ru_run: all three; the error number of ru_start.
int ru_run(void);
// ru_yield: let the next thread of the group run. ru_end: be done.
void ru_yield(struct ru_thread *self);
_Noreturn void ru_end(struct ru_thread *self);
// ru_sync: between on and off the thread runs with km_curthread NULL.
void ru_sync(struct ru_thread *self, bool on);

// ru_upcall: the km_func of its KSEs.
void ru_upcall(uint32_t *km);
// ru_balanced: ok() of "the ledger balances", with what it says when not.
bool ru_balanced(const char *what);

// uts_switch.S: as a thread out of tm, store tm to *slot last; leave to func(arg) on another stack.
_Noreturn void ru_switch(uint32_t *tm, uint32_t *slot);
void ru_leave(uint32_t *tm, uint32_t *slot, void *top, void (*func)(void *), void *arg);
void ru_segments(uint32_t *tm);
extern uint32_t ru_fxsr;
