// SPDX-License-Identifier: BSD-2-Clause
// Credentials, counted: shared by a process and its threads.
// After FreeBSD 5.0 struct ucred; the count is atomic, so holding one never blocks (D-18).
#pragma once

#include <support/atomic.hpp>

#include <cstdint>

struct ucred final {
	atomic<uint32_t> cr_ref{1};        // references
	uint32_t cr_uid{};                      // effective user id
	uint32_t cr_ruid{};                     // real user id
};

// crget: a new credential of user 0 with one reference; may sleep. crhold: one reference more,
// returns its argument; any context. crfree: one less, freed with the last; no spin lock held.
ucred *crget();
ucred *crhold(ucred *cr);
void crfree(ucred *cr);
