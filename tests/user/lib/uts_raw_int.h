// SPDX-License-Identifier: BSD-2-Clause
// What the two files of the tests' scheduler share.
// Written for Kestrel.
#pragma once

#include "uts_raw.h"

void ru_lock(void);
void ru_unlock(void);
void ru_forget(void);
// ru_push: to the end of its group's queue. ru_born: one more thread to wait for. Lock held, or
// not yet in KSE mode.
void ru_push(struct ru_thread *t);
void ru_born(void);
// ru_owner: the thread of a mailbox address, or NULL.
struct ru_thread *ru_owner(uint32_t mailbox);
_Noreturn void ru_uts(struct ru_kse *k);
