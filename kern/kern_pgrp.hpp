// SPDX-License-Identifier: BSD-2-Clause
// Process groups and sessions: numbers that processes share.
// After FreeBSD 5.0 struct pgrp and struct session, which are only their numbers here.
#pragma once

#include <kern/kern_proc.hpp>

// pgrp_exists: whether a live process of the session is in the group.
bool pgrp_exists(int pgid, int sid) REQUIRES(proctree_lock);

// pgrp_is_orphaned: no member has a parent in another group of its session: nobody would continue a
// stopped member.
bool pgrp_is_orphaned(int pgid) REQUIRES(proctree_lock);

// pgrp_hangup: pgid may have lost its last such parent: if it is orphaned and a member is stopped,
// its members get SIGHUP and SIGCONT.
void pgrp_hangup(int pgid) REQUIRES(proctree_lock);
