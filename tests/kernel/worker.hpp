// SPDX-License-Identifier: BSD-2-Clause
// Threads under a test's command: started when told, watched while they block.
// Written for Kestrel.
#pragma once

#include <kern/proc.hpp>
#include <kern/sched.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>

// Priorities for tests, best first: of the kernel's band, which no decay touches.
enum : uint8_t { TEST_PRI_HIGH = 80, TEST_PRI_MID = 100, TEST_PRI_LOW = 120 };

// one_cpu: while it lives only CPU 0 runs threads: for tests of the order in which one CPU does
// things.
class one_cpu final {
public:
	one_cpu() { sched_confine(1); }
	~one_cpu() { sched_confine(~0u); }
	one_cpu(one_cpu const &) = delete;
	one_cpu &operator=(one_cpu const &) = delete;
};

// set_priority: of the calling thread.
inline void set_priority(uint8_t pri)
{
	mtx_guard g{sched_lock};
	sched_prio(curthread, pri);
}

// yield_until: give way to threads of equal and better priority until condition() holds. Locks may
// be held. Whether it came to hold within about three seconds.
template <class One>
bool yield_until(One condition)
{
	int const start = ticks;
	while (!condition()) {
		if (ticks - start > 3 * hz)
			return false;
		sched_relinquish(curthread);
	}
	return true;
}

// sleep_until: the same, for threads of any priority: sleeps. No locks may be held.
template <class One>
bool sleep_until(One condition)
{
	int const start = ticks;
	while (!condition()) {
		if (ticks - start > 3 * hz)
			return false;
		(void)tsleep(&condition, 0, "tstwait", 1);
	}
	return true;
}

// worker: a kernel thread that runs body(arg) at priority pri once go() was called. The constructor
// waits for it to be ready for that, the destructor for its end: no locks may be held.
class worker final {
public:
	worker(uint8_t pri, void (*body)(void *), void *arg) : pri_{pri}, body_{body}, arg_{arg}
	{
		handle_ = kthread_run("worker", main, this);
		EXPECT(sleep_until([&] { return td() != nullptr; }));
	}
	~worker()
	{
		go();
		kthread_join(handle_);
	}
	worker(worker const &) = delete;
	worker &operator=(worker const &) = delete;

	void go()
	{
		// Pairs with the acquire in main(). A wakeup that comes too early costs a tick.
		going_.store(1, order::release);
		wakeup(this);
	}
	// td: its thread.
	thread *td() const { return td_.load(order::acquire); }
	bool done() const { return done_.load(order::acquire) != 0; }
	// blocked_on, asleep_on: and done with what leads there, on whichever CPU that was.
	bool blocked_on(mtx const &m) const
	{
		mtx_guard g{sched_lock};
		return TD_ON_LOCK(td()) && td()->td_blocked == &m;
	}
	bool asleep_on(void const *channel) const
	{
		mtx_guard g{sched_lock};
		return TD_IS_SLEEPING(td()) && td()->td_wchan == channel;
	}

private:
	static void main(void *arg)
	{
		worker &self = *static_cast<worker *>(arg);
		set_priority(self.pri_);
		self.td_.store(curthread, order::release);
		while (self.going_.load(order::acquire) == 0)
			(void)tsleep(&self, 0, "workgo", 1);
		self.body_(self.arg_);
		self.done_.store(1, order::release);
	}

	uint8_t pri_;
	void (*body_)(void *);
	void *arg_;
	kthread_handle *handle_{};
	atomic<thread *> td_{};
	atomic<int> going_{};
	atomic<int> done_{};
};
