// SPDX-License-Identifier: BSD-2-Clause
// The run queue: constant-time choice of the best KSE.
// After FreeBSD 5.0 kern_switch.c: runq_add, runq_choose, runq_remove. Tested on the host too.
#include <kern/runq.hpp>

#include <kern/kassert.hpp>

#include <bit>

namespace {

constexpr int bits_per_word = 32;

constexpr uint32_t bit_of(int index)
{
	return 1u << (index % bits_per_word);
}

}

void runq::add(kse *ke)
{
	int const index = ke->ke_thread->td_priority / RQ_PPQ;

	ke->ke_rqindex = static_cast<uint8_t>(index);
	bits_[index / bits_per_word] |= bit_of(index);
	queues_[index].insert_tail(*ke);
}

void runq::remove(kse *ke)
{
	int const index = ke->ke_rqindex;

	KASSERT(index < RQ_NQS, "ke_rqindex %d of kse %u", index, ke->ke_id);
	queues_[index].remove(*ke);
	if (queues_[index].empty())
		bits_[index / bits_per_word] &= ~bit_of(index);
}

kse *runq::choose() const
{
	for (int word = 0; word < RQ_NQS / bits_per_word; word++) {
		if (bits_[word] != 0) {
			int const index = word * bits_per_word + std::countr_zero(bits_[word]);
			KASSERT(!queues_[index].empty(), "run queue %d is empty, its bit says no",
			    index);
			return queues_[index].first();
		}
	}
	return nullptr;
}

kse *runq::next(kse *ke) const
{
	if (kse *const behind = tailq<kse, &kse::ke_procq>::next(*ke); behind != nullptr)
		return behind;
	for (int index = ke->ke_rqindex + 1; index < RQ_NQS; index++)
		if (!queues_[index].empty())
			return queues_[index].first();
	return nullptr;
}
