// SPDX-License-Identifier: BSD-2-Clause
// Inside the threading subsystem: reading and writing the UTS's mailboxes.
// After FreeBSD 5.0-CURRENT kern_thread.c (the seed); layout in sys/kse.h.
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>

// All of these touch user memory: they may fault and sleep, no locks held, and the address space is
// curthread's.

// thread_link_mboxes: hand the group's whole completed list to ke's mailbox (seed 783), unless the
// UTS has not consumed the last one. EFAULT.
Errno thread_link_mboxes(ksegrp *kg, kse *ke);

// mailbox_curthread: km_curthread, read once. mailbox_clear_curthread: store NULL.
result<uaddr> mailbox_curthread(uaddr mailbox);
Errno mailbox_clear_curthread(uaddr mailbox);

// mailbox_allows_preemption: neither KSE nor user thread has its NOUPCALL flag set.
bool mailbox_allows_preemption(uaddr mailbox, uaddr tmbx);
