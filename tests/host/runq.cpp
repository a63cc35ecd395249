// SPDX-License-Identifier: BSD-2-Clause
// The run queue against a model: an ordered map of lists.
// Written for Kestrel.
#include <kern/runq.hpp>

#include "lib/misuse.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <vector>

// Declared here and not by kern/kassert.hpp, whose printf is not the host's.
[[noreturn]] void kassert_failed(char const *condition, char const *file, int line,
    char const *text, ...);

void kassert_failed(char const *condition, char const *file, int line, char const *, ...)
{
	std::fprintf(stderr, "%s:%d: %s\n", file, line, condition);
	std::abort();
}

namespace {

// A KSE with its thread, as the queue sees them.
struct runnable final {
	thread td{};
	kse    ke{};

	explicit runnable(unsigned priority = 0)
	{
		td.td_priority = static_cast<uint8_t>(priority);
		ke.ke_thread = &td;
	}
};

TEST(runq, empty_chooses_nothing)
{
	runq queue;
	EXPECT_FALSE(queue.check());
	EXPECT_EQ(queue.choose(), nullptr);
	EXPECT_EQ(queue.first(), nullptr);
}

TEST(runq, the_lower_priority_number_is_chosen)
{
	runq queue;
	runnable worse{200}, better{100}, best{0}, worst{255};
	queue.add(&worse.ke);
	queue.add(&worst.ke);
	EXPECT_EQ(queue.choose(), &worse.ke);
	queue.add(&better.ke);
	EXPECT_EQ(queue.choose(), &better.ke);
	queue.add(&best.ke);
	EXPECT_EQ(queue.choose(), &best.ke);
	for (runnable *r : {&best, &better, &worse, &worst}) {
		EXPECT_EQ(queue.choose(), &r->ke);
		queue.remove(&r->ke);
	}
	EXPECT_FALSE(queue.check());
}

TEST(runq, equals_are_served_in_the_order_they_came)
{
	runq queue;
	// One queue holds four priorities: 100 and 103 are equals.
	runnable first{103}, second{100}, third{103};
	queue.add(&first.ke);
	queue.add(&second.ke);
	queue.add(&third.ke);
	EXPECT_EQ(queue.choose(), &first.ke);
	queue.remove(&first.ke);
	EXPECT_EQ(queue.choose(), &second.ke);
	queue.remove(&second.ke);
	EXPECT_EQ(queue.choose(), &third.ke);
	queue.remove(&third.ke);
}

TEST(runq, removal_finds_its_queue_though_the_priority_changed)
{
	runq queue;
	runnable r{40};
	queue.add(&r.ke);
	r.td.td_priority = 240;
	queue.remove(&r.ke);
	EXPECT_FALSE(queue.check());
	queue.add(&r.ke);
	EXPECT_EQ(r.ke.ke_rqindex, 240 / RQ_PPQ);
	queue.remove(&r.ke);
}

TEST(runq, misuse_is_reported)
{
	runq queue;
	runnable r{40};
	EXPECT_THROW(queue.remove(&r.ke), list_misuse);
	queue.add(&r.ke);
	EXPECT_THROW(queue.add(&r.ke), list_misuse);
	queue.remove(&r.ke);
}

TEST(runq, the_walk_meets_all_in_order)
{
	runq queue;
	std::vector<unsigned> const priorities{255, 0, 128, 127, 131, 64, 60, 3};
	std::deque<runnable> all;
	for (unsigned priority : priorities) {
		all.emplace_back(priority);
		queue.add(&all.back().ke);
	}
	size_t met = 0;
	unsigned last = 0;
	for (kse *ke = queue.first(); ke != nullptr; ke = queue.next(ke)) {
		EXPECT_GE(ke->ke_rqindex, last);
		last = ke->ke_rqindex;
		met++;
	}
	EXPECT_EQ(met, priorities.size());
	for (runnable &r : all)
		queue.remove(&r.ke);
}

// 50,000 random steps, seed 2002.
TEST(runq, random_steps_agree_with_the_model)
{
	std::mt19937 random{2002};
	runq queue;
	std::deque<runnable> pool(64);
	std::vector<kse *> idle;
	std::map<unsigned, std::deque<kse *>> model;
	for (runnable &r : pool)
		idle.push_back(&r.ke);
	for (int step = 0; step < 50'000; step++) {
		if (!idle.empty() && random() % 2 == 0) {
			kse *ke = idle.back();
			idle.pop_back();
			ke->ke_thread->td_priority = static_cast<uint8_t>(random());
			queue.add(ke);
			model[ke->ke_thread->td_priority / 4u].push_back(ke);
		} else if (!model.empty()) {
			auto best = model.begin();
			ASSERT_EQ(queue.choose(), best->second.front());
			kse *ke = best->second.front();
			best->second.pop_front();
			if (best->second.empty())
				model.erase(best);
			queue.remove(ke);
			idle.push_back(ke);
		}
		ASSERT_EQ(queue.check(), !model.empty());
	}
	while (kse *ke = queue.choose())
		queue.remove(ke);
}

}
