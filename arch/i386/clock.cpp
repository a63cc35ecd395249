// SPDX-License-Identifier: BSD-2-Clause
// Time: a counter of nanoseconds since boot, and the interrupt that ticks kern.hz times a second.
// After FreeBSD's i386/isa/clock.c; the counter is the TSC, or the 8254 where there is none.
#include <machine/clock.hpp>

#include <kern/callout.hpp>
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sysinit.hpp>
#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>
#include <machine/lapic.hpp>
#include <machine/rtc.hpp>
#include <support/atomic.hpp>

namespace {

constexpr uint16_t timer_counter0 = 0x40;
constexpr uint16_t timer_mode = 0x43;
constexpr uint8_t mode_latch0 = 0x00;
constexpr uint8_t mode_rate_generator0 = 0x34;  // counter 0, low then high byte, mode 2
constexpr uint32_t timer_freq = 1193182;        // counts a second
constexpr uint32_t timer_most = 65536;          // the longest period
constexpr uint64_t second_ns = 1'000'000'000;

// The TSC's rate is measured twice: for a millisecond at boot, so that nobody waits, and by what
// both counters did in the seconds after that. The 8254 has gone round many times by then, but the
// first rate tells how often: it need only be right to half a round in all that time, about 0.3 %.
constexpr uint64_t short_counts = timer_freq / 1000;
constexpr uint64_t long_counts = timer_freq / 50;       // where the second measurement cannot be
constexpr int      refine_seconds = 8;

// Each is filled in before cpu_tick_rate shows it, and not changed after that: the one from boot,
// and the better one.
constinit tick_rate timebases[2]{};

// Both counters at one moment.
struct clock_reading final {
	uint64_t counts;                // of the 8254
	uint64_t tsc;
};

constinit bool     has_tsc{};
constinit uint64_t tsc_freq{};          // counts a second, as measured at boot
constinit clock_reading boot_reading{};
constinit callout  refine_callout{};
constinit uint32_t timer_period{};      // what counter 0 counts down from
constinit uint64_t timer_base{};        // counts since boot at the start of this period
constinit uint64_t timer_last{};        // counts since boot when last read
constinit bool     timer_ahead{};       // timer_base has this period, its interrupt is to come
constinit int64_t  boot_seconds{};      // calendar time at uptime 0

void timer_start(uint32_t period)
{
	outb(timer_mode, mode_rate_generator0);
	outb(timer_counter0, static_cast<uint8_t>(period));
	outb(timer_counter0, static_cast<uint8_t>(period >> 8));
	timer_period = period;
	timer_base = timer_last;
	timer_ahead = false;
}

// timer_read: counts since boot. A reading that seems to go back shows that a new period has begun,
// of which the interrupt is yet to come. Read at least once a period. Interrupts off; only CPU 0,
// since several CPUs without TSC do not exist.
uint64_t timer_read()
{
	outb(timer_mode, mode_latch0);
	uint32_t const low = inb(timer_counter0);
	uint32_t left = low | static_cast<uint32_t>(inb(timer_counter0)) << 8;
	// Zero stands for 65536; before a new period is loaded the old count can be larger.
	if (left == 0 || left > timer_period)
		left = timer_period;
	uint64_t now = timer_base + timer_period - left;
	if (now < timer_last) {
		timer_base += timer_period;
		timer_ahead = true;
		now += timer_period;
	}
	timer_last = now;
	return now;
}

void timer_tick()
{
	if (!timer_ahead)
		timer_base += timer_period;
	timer_ahead = false;
}

// scale: value * factor / 2^32, whole product kept.
uint64_t scale(uint64_t value, uint64_t factor)
{
	uint64_t const value_high = value >> 32, value_low = value & UINT32_MAX;
	uint64_t const factor_high = factor >> 32, factor_low = factor & UINT32_MAX;
	return (value_high * factor_high << 32) + value_high * factor_low +
	    value_low * factor_high + (value_low * factor_low >> 32);
}

// read_both: of a few readings the one during which least time passed. Interrupts off.
clock_reading read_both()
{
	constexpr int tries = 8;
	clock_reading best{};
	uint64_t shortest = UINT64_MAX;
	for (int i = 0; i < tries; i++) {
		uint64_t const before = rdtsc();
		uint64_t const counts = timer_read();
		uint64_t const length = rdtsc() - before;
		if (length < shortest) {
			shortest = length;
			best = {counts, before + length / 2};
		}
	}
	return best;
}

// tsc_measure: the TSC's counts a second, over `length` counts of the 8254.
uint64_t tsc_measure(uint64_t length)
{
	return clock_agreed([length] {
		clock_reading const start = read_both();
		while (timer_read() - start.counts < length)
			cpu_spinwait();
		clock_reading const end = read_both();
		return (end.tsc - start.tsc) * timer_freq / (end.counts - start.counts);
	});
}

// set_timebase: from now on uptime goes on at that rate. Only the next free element may be set.
void set_timebase(tick_rate &next, uint64_t freq)
{
	uint64_t const tsc = rdtsc();
	tick_rate const &old = *cpu_tick_rate.load(order::relaxed);
	next = {tsc, old.tr_ns + scale(tsc - old.tr_ticks, old.tr_scale), (second_ns << 32) / freq};
	// Pairs with the acquire in nanouptime().
	cpu_tick_rate.store(&next, order::release);
}

// refine: the second measurement. timer_read() has lost count of the rounds, not of its place in
// one. From the clock interrupt of CPU 0.
void refine(void *)
{
	clock_reading const now = read_both();
	uint64_t const tsc = now.tsc - boot_reading.tsc;
	uint64_t const expected = tsc * timer_freq / tsc_freq;
	auto const off = static_cast<int16_t>(now.counts - boot_reading.counts - expected);
	// Near half a round it could as well be the other way.
	constexpr int16_t most = timer_most / 2 - timer_most / 16;
	if (off > most || off < -most)
		return;
	set_timebase(timebases[1], tsc * timer_freq / (expected + static_cast<uint64_t>(off)));
}

void clock_interrupt(void *, trapframe *frame)
{
	if (!has_tsc)
		timer_tick();
	hardclock(frame);
}

// clocks_start: ticks from here on. The local APIC's timer leaves the 8259 lines to devices and
// exists on every CPU; the 8254 serves where it is missing, or cannot be measured for want of a
// TSC.
void clocks_start(void *)
{
	auto const rate = static_cast<uint32_t>(hz);
	if (has_tsc && lapic_init()) {
		lapic_timer_start(rate, clock_interrupt);
		callout_reset(&refine_callout, refine_seconds * hz, refine, nullptr);
	} else {
		uint32_t const flags = intr_disable();
		if (has_tsc)
			set_timebase(timebases[1], tsc_measure(long_counts));
		timer_read();
		timer_start(timer_freq / rate);
		intr_restore(flags);
		if (intr_establish(IRQ_CLOCK, clock_interrupt, nullptr) != OK)
			panic("the clock's interrupt line is taken");
	}
	sti();
}
SYSINIT(clocks, SI_SUB_CLOCKS, SI_ORDER_ANY, clocks_start, nullptr);

}

constinit atomic<tick_rate const *> cpu_tick_rate{&timebases[0]};

void clock_init()
{
	timer_start(timer_most);
	has_tsc = (cpuid(1).edx & CPUID_TSC) != 0;
	if (has_tsc) {
		tsc_freq = tsc_measure(short_counts);
		boot_reading = read_both();
		timebases[0] = {rdtsc(), 0, (second_ns << 32) / tsc_freq};
		printf("clock: TSC at %u kHz\n", static_cast<uint32_t>(tsc_freq / 1000));
	} else {
		timebases[0] = {0, 0, uint64_t{1} << 32};       // cpu_ticks() is nanouptime()
	}
	boot_seconds = rtc_read() - static_cast<int64_t>(nanouptime() / second_ns);
}

uint64_t nanouptime()
{
	if (has_tsc) {
		// Pairs with the release in set_timebase(). Before clock_init the scale is 0.
		tick_rate const &rate = *cpu_tick_rate.load(order::acquire);
		return rate.tr_ns + scale(rdtsc() - rate.tr_ticks, rate.tr_scale);
	}
	if (timer_period == 0)
		return 0;
	uint32_t const flags = intr_disable();
	uint64_t const counts = timer_read();
	intr_restore(flags);
	return counts / timer_freq * second_ns + counts % timer_freq * second_ns / timer_freq;
}

uint64_t cpu_ticks()
{
	return has_tsc ? rdtsc() : nanouptime();
}

uint64_t cpu_ticks_ns(uint64_t counted)
{
	tick_rate const &rate = *cpu_tick_rate.load(order::acquire);
	if (counted >= rate.tr_ticks)
		return rate.tr_ns + scale(counted - rate.tr_ticks, rate.tr_scale);
	uint64_t const before = scale(rate.tr_ticks - counted, rate.tr_scale);
	return before < rate.tr_ns ? rate.tr_ns - before : 0;
}

int64_t boot_time()
{
	return boot_seconds;
}
