// SPDX-License-Identifier: BSD-2-Clause
// The callout wheel: functions called from the clock interrupt when their tick comes.
// After FreeBSD kern_timeout.c; each slot is kept sorted, so a tick looks at what is due only.
#include <kern/callout.hpp>

#include <kern/kassert.hpp>
#include <kern/mutex.hpp>

//   slot c_time % wheel_slots:  due first ──► later ──► ... by c_time, equals in order of arrival
//
// wheel_time is the tick whose slot was looked at last. All pending callouts are due after it, so
// signed differences to it order them, across the wrap of `ticks` too.
static constexpr unsigned wheel_slots = 256;
static_assert((wheel_slots & (wheel_slots - 1)) == 0);

using callout_list = tailq<callout, &callout::c_link>;

static constinit spin_mtx callout_lock{"callout", lock_rank::callout};
static constinit callout_list wheel[wheel_slots] GUARDED_BY(callout_lock){};
static constinit int wheel_time GUARDED_BY(callout_lock){};

static callout_list &slot_of(int time) REQUIRES(callout_lock)
{
	return wheel[static_cast<unsigned>(time) % wheel_slots];
}

// later: the tick `by` ticks after `time`; wraps like `ticks`.
static int later(int time, int by)
{
	return static_cast<int>(static_cast<unsigned>(time) + static_cast<unsigned>(by));
}

// is_after: tick a comes after tick b.
static bool is_after(int a, int b)
{
	return static_cast<int>(static_cast<unsigned>(a) - static_cast<unsigned>(b)) > 0;
}

static void take_off(callout *c) REQUIRES(callout_lock)
{
	slot_of(c->c_time).remove(*c);
	c->c_pending = false;
}

void callout_init(callout *c, int)
{
	c->c_link = {};
	c->c_time = 0;
	c->c_func = nullptr;
	c->c_arg = nullptr;
	c->c_pending = false;
}

void callout_reset(callout *c, int delay, void (*func)(void *), void *arg)
{
	mtx_guard g{callout_lock};

	if (c->c_pending)
		take_off(c);
	c->c_func = func;
	c->c_arg = arg;
	c->c_time = later(ticks, delay > 0 ? delay : 1);
	c->c_pending = true;
	// From the back: a new timeout is rarely due before an old one of the same slot.
	callout_list &slot = slot_of(c->c_time);
	callout *before = slot.last();
	while (before != nullptr && is_after(before->c_time, c->c_time))
		before = slot.prev(*before);
	if (before != nullptr)
		slot.insert_after(*before, *c);
	else
		slot.insert_head(*c);
}

int callout_stop(callout *c)
{
	mtx_guard g{callout_lock};

	if (!c->c_pending)
		return 0;
	take_off(c);
	return 1;
}

void callout_tick()
{
	mtx_guard g{callout_lock};

	while (is_after(ticks, wheel_time)) {
		wheel_time = later(wheel_time, 1);
		callout_list &slot = slot_of(wheel_time);
		callout *c;
		while ((c = slot.first()) != nullptr && !is_after(c->c_time, wheel_time)) {
			take_off(c);
			// The function may set or free its callout: nothing of it is touched below.
			auto *func = c->c_func;
			void *arg = c->c_arg;
			g.unlock();
			func(arg);
			g.lock();
		}
	}
}
