// SPDX-License-Identifier: BSD-2-Clause
// What the tests with spoilt mailboxes share: good ones to spoil, and how a case may end.
// Written for Kestrel.
#pragma once

#include "uts_raw.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE	4096u
#define WENT_ON	40	// exit value: the program was neither told nor killed

// Far from everything else: what lies around them stays unmapped.
#define KM_AT		0x30000000u
#define TM_AT		0x30010000u
#define FURTHER_AT	0x30020000u
#define STACK_AT	0x30030000u
#define STACK_BYTES	(2 * PAGE)

extern uint32_t *km, *tm;	// a KSE's and a thread's mailbox, each alone in its page

// memory: zeroed pages at this address.
uint32_t *memory(uint32_t at, size_t size);
// prepare: good mailboxes and a good stack, not yet known to the kernel. enter: KSE mode with them;
// km_curthread still NULL. be_thread: store km_curthread.
void prepare(void (*func)(uint32_t *));
void enter(void (*func)(uint32_t *));
void be_thread(uint32_t mailbox);

// wait_for_byte, send_byte: the thread of a case waits in the kernel for a byte, which the UTS
// sends after the upcall. sleep_two_ticks: a nap instead, where nobody can send.
void wait_for_byte(void);
void send_byte(void);
void sleep_two_ticks(void);

// sleep_as_thread: the life of most cases: a thread waits in the kernel, and the UTS takes what the
// case is about away. WENT_ON if the thread came back.
int sleep_as_thread(void (*func)(uint32_t *));

// ends: ok() of "the child that runs body exits with value (-1: with none), or, if it may, dies of
// SIGSEGV".
void ends(int (*body)(void *), void *arg, int value, bool may_die, const char *what);
