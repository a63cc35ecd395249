// SPDX-License-Identifier: BSD-2-Clause
// The battery-backed calendar clock of a PC, read once at boot.
// Written for Kestrel after the MC146818 data sheet; FreeBSD's code is in i386/isa/clock.c.
#include <machine/rtc.hpp>

#include <machine/cpufunc.hpp>

namespace {

constexpr uint16_t index_port = 0x70;
constexpr uint16_t data_port = 0x71;

enum rtc_register : uint8_t {
	reg_second = 0x00,
	reg_minute = 0x02,
	reg_hour = 0x04,
	reg_day = 0x07,
	reg_month = 0x08,
	reg_year = 0x09,
	reg_status_a = 0x0a,
	reg_status_b = 0x0b,
};

constexpr uint8_t status_a_updating = 0x80;
constexpr uint8_t status_b_24_hours = 0x02;
constexpr uint8_t status_b_binary = 0x04;
constexpr uint8_t hour_pm = 0x80;
constexpr int update_polls = 100'000;   // far longer than an update; bounds a broken clock
constexpr int epoch_year = 1970;

struct calendar final {
	int second, minute, hour, day, month, year;

	bool operator==(calendar const &) const = default;
};

uint8_t read(rtc_register reg)
{
	outb(index_port, reg);
	return inb(data_port);
}

int decimal(uint8_t value)
{
	return (read(reg_status_b) & status_b_binary) != 0 ? value
	    : (value >> 4) * 10 + (value & 0x0f);
}

calendar read_calendar()
{
	for (int i = 0; i < update_polls && (read(reg_status_a) & status_a_updating) != 0; i++)
		continue;
	uint8_t const raw_hour = read(reg_hour);
	calendar c{decimal(read(reg_second)), decimal(read(reg_minute)),
	    decimal(raw_hour & static_cast<uint8_t>(~hour_pm)), decimal(read(reg_day)),
	    decimal(read(reg_month)), decimal(read(reg_year))};
	if ((read(reg_status_b) & status_b_24_hours) == 0)
		c.hour = c.hour % 12 + ((raw_hour & hour_pm) != 0 ? 12 : 0);
	c.year += c.year < epoch_year % 100 ? 2000 : 1900;
	return c;
}

bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int64_t days_before(calendar const &c)
{
	constexpr int month_start[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t days = month_start[c.month - 1] + c.day - 1;
	if (c.month > 2 && is_leap(c.year))
		days++;
	for (int y = epoch_year; y < c.year; y++)
		days += is_leap(y) ? 366 : 365;
	return days;
}

}

int64_t rtc_read()
{
	// The clock may step between two registers: read until two readings agree.
	calendar c = read_calendar();
	for (calendar again = read_calendar(); !(again == c); again = read_calendar())
		c = again;
	if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
		return 0;
	return ((days_before(c) * 24 + c.hour) * 60 + c.minute) * 60 + c.second;
}
