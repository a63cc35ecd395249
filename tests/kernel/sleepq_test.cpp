// SPDX-License-Identifier: BSD-2-Clause
// Self tests of msleep and wakeup: who wakes, when, with which locks and what answer.
// Written for Kestrel.
#include <kern/callout.hpp>

#include <tests/kernel/worker.hpp>

static constinit mtx sleep_mutex{"test sleep", lock_rank::test_sleep};
static constinit char channel{};

// What a sleeper did; under sleep_mutex.
struct sleeper final {
	int   pri;              // with PCATCH and PDROP
	int   timo;
	Errno error;
	bool  owned;            // the mutex, afterwards
	int   place;            // order of waking: 1, 2...
};

static constinit int awake_count{};

// With PDROP the mutex is free afterwards: the analysis cannot know.
static void sleep_body(void *arg) NO_THREAD_SAFETY_ANALYSIS
{
	sleeper &s = *static_cast<sleeper *>(arg);
	sleep_mutex.lock();
	s.error = msleep(&channel, &sleep_mutex, s.pri, "test", s.timo);
	s.owned = sleep_mutex.owned();
	if (!s.owned)
		sleep_mutex.lock();
	s.place = ++awake_count;
	sleep_mutex.unlock();
}

static bool asleep(worker const &w)
{
	return sleep_until([&] { return w.asleep_on(&channel); });
}

SELFTEST(wakeup_one_wakes_the_longest_waiting)
{
	sleeper first{}, second{}, third{};
	awake_count = 0;
	worker a{TEST_PRI_LOW, sleep_body, &first};
	worker b{TEST_PRI_HIGH, sleep_body, &second};
	worker c{TEST_PRI_MID, sleep_body, &third};
	for (worker *w : {&a, &b, &c}) {
		w->go();
		EXPECT(asleep(*w));
	}
	for (worker *w : {&a, &b, &c}) {
		wakeup_one(&channel);
		EXPECT(sleep_until([&] { return w->done(); }));
	}
	EXPECT_EQ(1, first.place);
	EXPECT_EQ(2, second.place);
	EXPECT_EQ(3, third.place);
}

SELFTEST(wakeup_wakes_all_on_the_channel)
{
	sleeper first{}, second{};
	worker a{TEST_PRI_MID, sleep_body, &first};
	worker b{TEST_PRI_MID, sleep_body, &second};
	a.go();
	b.go();
	EXPECT(asleep(a) && asleep(b));
	wakeup(&channel);
	EXPECT(sleep_until([&] { return a.done() && b.done(); }));
	EXPECT(first.error == OK && second.error == OK);
}

SELFTEST(wakeup_leaves_another_channel_of_the_same_queue_alone)
{
	sleeper s{};
	worker w{TEST_PRI_MID, sleep_body, &s};
	w.go();
	EXPECT(asleep(w));
	// Same hash: 128 queues of 256 bytes further.
	wakeup(reinterpret_cast<void const *>(reinterpret_cast<uintptr_t>(&channel) + 0x8000));
	EXPECT(w.asleep_on(&channel));
	wakeup(&channel);
}

SELFTEST(sleep_times_out_after_its_ticks_and_not_before)
{
	int const start = ticks;
	EXPECT(tsleep(&channel, 0, "test", 5) == EWOULDBLOCK);
	int const took = ticks - start;
	EXPECT(took >= 5);
	EXPECT(took <= 7);
}

SELFTEST(wakeup_before_the_timeout_answers_ok_and_stops_the_callout)
{
	sleeper s{0, 10 * hz, EINVAL, false, 0};
	worker w{TEST_PRI_MID, sleep_body, &s};
	w.go();
	EXPECT(asleep(w));
	EXPECT(w.td()->td_slpcallout.c_pending);
	wakeup(&channel);
	EXPECT(sleep_until([&] { return w.done(); }));
	EXPECT(s.error == OK);
	EXPECT(!w.td()->td_slpcallout.c_pending);
}

// The analysis does not see that EXPECT tests what try_lock answers.
SELFTEST(msleep_gives_the_mutex_up_while_asleep_and_back_after) NO_THREAD_SAFETY_ANALYSIS
{
	sleeper s{};
	worker w{TEST_PRI_MID, sleep_body, &s};
	w.go();
	EXPECT(asleep(w));
	EXPECT(sleep_mutex.try_lock());
	wakeup(&channel);
	EXPECT(yield_until([&] { return w.blocked_on(sleep_mutex) || !TD_IS_SLEEPING(w.td()); }));
	EXPECT(!w.done());
	sleep_mutex.unlock();
	EXPECT(sleep_until([&] { return w.done(); }));
	EXPECT(s.owned);
}

SELFTEST(msleep_with_pdrop_comes_back_without_the_mutex)
{
	sleeper woken{PDROP, 0, EINVAL, true, 0};
	sleeper late{PDROP, 2, EINVAL, true, 0};
	worker a{TEST_PRI_MID, sleep_body, &woken};
	a.go();
	EXPECT(asleep(a));
	wakeup(&channel);
	worker b{TEST_PRI_MID, sleep_body, &late};
	b.go();
	EXPECT(sleep_until([&] { return a.done() && b.done(); }));
	EXPECT(woken.error == OK && !woken.owned);
	EXPECT(late.error == EWOULDBLOCK && !late.owned);
}

SELFTEST(msleep_takes_the_priority_it_names)
{
	sleeper s{PWAIT, 0, EINVAL, true, 0};
	worker w{TEST_PRI_LOW, sleep_body, &s};
	w.go();
	EXPECT(asleep(w));
	EXPECT_EQ(PWAIT, w.td()->td_priority);
	wakeup(&channel);
}

SELFTEST(abortsleep_ends_interruptible_sleeps_only)
{
	sleeper deaf{}, keen{PCATCH, 0, EINVAL, false, 0};
	worker a{TEST_PRI_MID, sleep_body, &deaf};
	worker b{TEST_PRI_MID, sleep_body, &keen};
	a.go();
	b.go();
	EXPECT(asleep(a) && asleep(b));
	{	mtx_guard g{sched_lock};
		abortsleep(a.td());
		abortsleep(b.td());
	}
	EXPECT(sleep_until([&] { return b.done(); }));
	EXPECT(a.asleep_on(&channel));
	wakeup(&channel);
	EXPECT(sleep_until([&] { return a.done(); }));
	EXPECT(deaf.error == OK && keen.error == OK);
}

static void interrupt(thread *td)
{
	mtx_guard g{sched_lock};
	td->td_flags |= TDF_INTERRUPT;
	abortsleep(td);
}

SELFTEST(interrupted_sleep_answers_eintr_once)
{
	sleeper s{PCATCH, 0, OK, false, 0};
	worker w{TEST_PRI_MID, sleep_body, &s};
	w.go();
	EXPECT(asleep(w));
	interrupt(w.td());
	EXPECT(sleep_until([&] { return w.done(); }));
	EXPECT(s.error == EINTR && s.owned);
	EXPECT_EQ(0, w.td()->td_flags & (TDF_INTERRUPT | TDF_SINTR | TDF_ONSLEEPQ));
}

SELFTEST(interrupt_before_the_sleep_ends_it_before_it_begins)
{
	int const start = ticks;
	interrupt(curthread);
	EXPECT(tsleep(&channel, PCATCH, "test", 10 * hz) == EINTR);
	EXPECT(ticks - start < hz);
	// Used up: the next sleep sleeps.
	EXPECT(tsleep(&channel, PCATCH, "test", 1) == EWOULDBLOCK);
}

// The analysis knows no recursion.
SELFTEST(sleep_drops_giant_at_any_depth) NO_THREAD_SAFETY_ANALYSIS
{
	auto take = [](void *) { mtx_guard g{Giant}; };
	worker w{TEST_PRI_HIGH, take, nullptr};
	Giant.lock();
	Giant.lock();
	w.go();
	// It sleeps with Giant held twice, and the other gets it only then.
	EXPECT(sleep_until([&] { return w.done(); }));
	EXPECT_EQ(1, Giant.recursion());
	Giant.unlock();
	Giant.unlock();
}

static void wake_channel(void *)
{
	wakeup(&channel);
}

SELFTEST(wakeup_works_from_the_clock_interrupt)
{
	callout c;
	callout_init(&c, 1);
	int const start = ticks;
	callout_reset(&c, 2, wake_channel, nullptr);
	EXPECT(tsleep(&channel, 0, "test", 10 * hz) == OK);
	EXPECT(ticks - start < hz);
}

// Two threads that hand a token back and forth; `turn` is under sleep_mutex.
struct ping_pong final {
	int turn;
	int timeouts;
};

static constexpr int exchanges = 500;

static void play(ping_pong &game, int self, int timo)
{
	for (int i = 0; i < exchanges; i++) {
		mtx_guard g{sleep_mutex};
		while (game.turn != self) {
			if (msleep(&game, &sleep_mutex, 0, "test", timo) == EWOULDBLOCK)
				game.timeouts++;
		}
		game.turn = 1 - self;
		wakeup(&game);
	}
}

static void play_second(void *arg)
{
	play(*static_cast<ping_pong *>(arg), 1, 3 * hz);
}

SELFTEST(no_wakeup_is_lost_in_five_hundred_exchanges)
{
	ping_pong game{};
	worker w{TEST_PRI_MID, play_second, &game};
	w.go();
	play(game, 0, 3 * hz);
	EXPECT(sleep_until([&] { return w.done(); }));
	EXPECT_EQ(0, game.timeouts);
}

static void play_hasty(void *arg)
{
	play(*static_cast<ping_pong *>(arg), 1, 1);
}

SELFTEST(timeouts_that_race_with_wakeups_leave_no_trace)
{
	ping_pong game{};
	worker w{TEST_PRI_MID, play_hasty, &game};
	w.go();
	play(game, 0, 1);
	EXPECT(sleep_until([&] { return w.done(); }));
	EXPECT_EQ(0, curthread->td_flags & (TDF_TIMEOUT | TDF_TIMOFAIL | TDF_ONSLEEPQ));
	EXPECT(!curthread->td_slpcallout.c_pending);
	mtx_guard g{sched_lock};
	sleepq_check();
}
