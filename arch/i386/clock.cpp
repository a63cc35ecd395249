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

namespace {

constexpr uint16_t timer_counter0 = 0x40;
constexpr uint16_t timer_mode = 0x43;
constexpr uint8_t mode_latch0 = 0x00;
constexpr uint8_t mode_rate_generator0 = 0x34;  // counter 0, low then high byte, mode 2
constexpr uint32_t timer_freq = 1193182;        // counts a second
constexpr uint32_t timer_most = 65536;          // the longest period
constexpr uint64_t second_ns = 1'000'000'000;
constexpr uint64_t calibration_counts = timer_freq / 50;

constinit bool     has_tsc{};
constinit uint64_t tsc_base{};          // counter value at uptime 0
constinit uint64_t tsc_scale{};         // nanoseconds a count, 32 fraction bits
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

// tsc_round: one measurement of the TSC's counts a second.
uint64_t tsc_round()
{
	uint64_t const counts_start = timer_read(), tsc_start = rdtsc();
	uint64_t counts, tsc;
	do {
		counts = timer_read() - counts_start;
		tsc = rdtsc() - tsc_start;
	} while (counts < calibration_counts);
	return tsc * timer_freq / counts;
}

// tsc_measure: a machine that pauses between two readings of a round makes it wrong, either way;
// the median of three drops one such.
uint64_t tsc_measure()
{
	uint64_t const a = tsc_round(), b = tsc_round(), c = tsc_round();
	uint64_t const low = a < b ? a : b, high = a < b ? b : a;
	return c < low ? low : c > high ? high : c;
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
	} else {
		uint32_t const flags = intr_disable();
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

void clock_init()
{
	timer_start(timer_most);
	has_tsc = (cpuid(1).edx & CPUID_TSC) != 0;
	if (has_tsc) {
		uint64_t const freq = tsc_measure();
		tsc_base = rdtsc();
		tsc_scale = (second_ns << 32) / freq;
		printf("clock: TSC at %u kHz\n", static_cast<uint32_t>(freq / 1000));
	}
	boot_seconds = rtc_read() - static_cast<int64_t>(nanouptime() / second_ns);
}

uint64_t nanouptime()
{
	if (has_tsc)
		return tsc_scale != 0 ? scale(rdtsc() - tsc_base, tsc_scale) : 0;
	if (timer_period == 0)
		return 0;
	uint32_t const flags = intr_disable();
	uint64_t const counts = timer_read();
	intr_restore(flags);
	return counts / timer_freq * second_ns + counts % timer_freq * second_ns / timer_freq;
}

int64_t boot_time()
{
	return boot_seconds;
}
