// SPDX-License-Identifier: BSD-2-Clause
// Self tests of callouts: when they run, in which order, and how they are stopped.
// Written for Kestrel.
#include <kern/callout.hpp>

#include <machine/cpufunc.hpp>
#include <tests/kernel/worker.hpp>

// What ran, in order, and when; written in the clock interrupt.
struct firing final {
	int which;
	int when;
};

static constinit firing fired[8]{};
static constinit atomic<int> fired_count{};

static void fire(void *arg)
{
	int const n = fired_count.load(order::relaxed);
	fired[n] = {*static_cast<int *>(arg), ticks};
	// Pairs with the acquire in count().
	fired_count.store(n + 1, order::release);
}

static int count()
{
	return fired_count.load(order::acquire);
}

static void pause(int how_long)
{
	(void)tsleep(&fired, 0, "test", how_long);
}

// Four callouts, each with its number, never longer than the test on its stack.
class four final {
public:
	four()
	{
		fired_count.store(0, order::relaxed);
		for (callout &c : c_)
			callout_init(&c, 1);
	}
	~four()
	{
		for (callout &c : c_)
			callout_stop(&c);
	}
	callout &at(int i) { return c_[i]; }
	void set(int i, int delay) { callout_reset(&c_[i], delay, fire, &numbers_[i]); }

private:
	callout c_[4];
	int numbers_[4]{0, 1, 2, 3};
};

SELFTEST(callouts_run_in_the_order_of_their_ticks)
{
	four c;
	uint32_t const flags = intr_disable();
	int const start = ticks;
	c.set(0, 6);
	c.set(1, 2);
	c.set(2, 4);
	intr_restore(flags);
	EXPECT(sleep_until([] { return count() == 3; }));
	EXPECT_EQ(1, fired[0].which);
	EXPECT_EQ(2, fired[1].which);
	EXPECT_EQ(0, fired[2].which);
	EXPECT_EQ(start + 2, fired[0].when);
	EXPECT_EQ(start + 4, fired[1].when);
	EXPECT_EQ(start + 6, fired[2].when);
}

SELFTEST(callouts_of_one_tick_run_in_the_order_they_were_set)
{
	four c;
	uint32_t const flags = intr_disable();
	for (int i : {2, 0, 3, 1})
		c.set(i, 3);
	intr_restore(flags);
	EXPECT(sleep_until([] { return count() == 4; }));
	EXPECT_EQ(2, fired[0].which);
	EXPECT_EQ(0, fired[1].which);
	EXPECT_EQ(3, fired[2].which);
	EXPECT_EQ(1, fired[3].which);
}

SELFTEST(stopped_callout_does_not_run)
{
	four c;
	c.set(0, 3);
	EXPECT_EQ(1, callout_stop(&c.at(0)));
	EXPECT_EQ(0, callout_stop(&c.at(0)));
	pause(6);
	EXPECT_EQ(0, count());
}

SELFTEST(callout_stop_answers_0_after_the_callout_ran)
{
	four c;
	c.set(0, 1);
	EXPECT(sleep_until([] { return count() == 1; }));
	EXPECT_EQ(0, callout_stop(&c.at(0)));
}

SELFTEST(callout_reset_replaces_the_earlier_setting)
{
	four c;
	c.set(0, 2);
	c.set(0, 5);
	pause(4);
	EXPECT_EQ(0, count());
	EXPECT(sleep_until([] { return count() != 0; }));
	pause(3);
	EXPECT_EQ(1, count());
}

// The wheel has 256 slots: the two share one.
SELFTEST(callout_a_turn_of_the_wheel_away_waits_for_its_tick)
{
	four c;
	c.set(0, 2 + 256);
	c.set(1, 2);
	pause(5);
	EXPECT_EQ(1, count());
	EXPECT_EQ(1, fired[0].which);
	EXPECT_EQ(1, callout_stop(&c.at(0)));
}

SELFTEST(callout_without_delay_runs_at_the_next_tick)
{
	four c;
	uint32_t const flags = intr_disable();
	int const start = ticks;
	c.set(0, 0);
	intr_restore(flags);
	EXPECT(sleep_until([] { return count() == 1; }));
	EXPECT_EQ(start + 1, fired[0].when);
}

// A callout that sets itself again, three times in all.
struct repeater final {
	callout c;
	atomic<int> left;
	bool interrupts_off;
	bool nested;
};

static void repeat(void *arg)
{
	repeater &r = *static_cast<repeater *>(arg);
	r.interrupts_off = !intr_enabled();
	r.nested = get_pcpu()->pc_intr_nesting != 0;
	if (r.left.sub(1, order::release) > 1)
		callout_reset(&r.c, 1, repeat, arg);
}

SELFTEST(callout_function_may_set_its_own_callout_again)
{
	repeater r{};
	callout_init(&r.c, 1);
	r.left.store(3, order::relaxed);
	callout_reset(&r.c, 1, repeat, &r);
	EXPECT(sleep_until([&] { return r.left.load(order::acquire) == 0; }));
	pause(3);
	EXPECT_EQ(0, r.left.load(order::acquire));
	EXPECT(!r.c.c_pending);
	EXPECT(r.interrupts_off);
	EXPECT(r.nested);
}
