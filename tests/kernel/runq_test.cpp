// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the run queue inside the kernel: misuse is caught.
// Written for Kestrel; order and bitmap are tested on the host.
#include <kern/runq.hpp>

#include <kern/selftest.hpp>

static constinit thread runner{};
static constinit kse slot{};
static constinit runq queue{};

static void add_twice(void *)
{
	queue.add(&slot);
}

static void remove_stranger(void *)
{
	queue.remove(&slot);
}

SELFTEST(runq_add_of_a_queued_kse_panics)
{
	runner.td_priority = 100;
	slot.ke_thread = &runner;
	queue.add(&slot);
	EXPECT(selftest_panics(add_twice, nullptr, "insertion of an element that is on a list"));
	EXPECT(queue.choose() == &slot);
	queue.remove(&slot);
	EXPECT(!queue.check());
}

SELFTEST(runq_remove_of_a_stranger_panics)
{
	EXPECT(selftest_panics(remove_stranger, nullptr, "not on the list"));
}
