// SPDX-License-Identifier: BSD-2-Clause
// The run queue: 64 queues of KSEs and a bitmap of those that are not empty.
// After FreeBSD 5.0 kern_switch.c's struct runq; RQ_NQS 64, RQ_PPQ 4.
#pragma once

#include <kern/proc.hpp>

inline constexpr int RQ_NQS = 64;       // queues
inline constexpr int RQ_PPQ = 4;        // priorities in each

// runq: guarded by whoever owns it (sched_lock for the system's). A KSE queues by the priority of
// its ke_thread at the time of add(); ke_rqindex remembers where.
class runq final {
public:
	constexpr runq() = default;

	void add(kse *ke);              // at the tail of its priority's queue
	void remove(kse *ke);           // from where it was put
	kse *choose() const;            // head of the best queue, left there; null when empty
	bool check() const { return (bits_[0] | bits_[1]) != 0; }
	// contains: whether it is in the queue where it was put last; for checks.
	bool contains(kse const &ke) const { return queues_[ke.ke_rqindex].contains(ke); }
	// first, next: walk all KSEs, best first, for checks and reports.
	kse *first() const { return choose(); }
	kse *next(kse *ke) const;

private:
	uint32_t bits_[RQ_NQS / 32]{};
	tailq<kse, &kse::ke_procq> queues_[RQ_NQS]{};
};
