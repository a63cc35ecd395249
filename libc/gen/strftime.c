// SPDX-License-Identifier: BSD-2-Clause
// Calendar time as text, C locale.
// C11 7.27.3.5, without the week-based years (%g, %G, %V) and without E and O.

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const days[7] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char *const months[12] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December",
};

static const char *
name(const char *const *table, int n, int i)
{
	return i >= 0 && i < n ? table[i] : "?";
}

// composite: conversions that stand for several others.
static const char *
composite(char conversion)
{
	switch (conversion) {
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	case 'D':
	case 'x':
		return "%m/%d/%y";
	case 'F':
		return "%Y-%m-%d";
	case 'R':
		return "%H:%M";
	case 'r':
		return "%I:%M:%S %p";
	case 'T':
	case 'X':
		return "%H:%M:%S";
	default:
		return NULL;
	}
}

// number: value and width of a numeric conversion; false if it is none.
static int
number(char conversion, const struct tm *tm, int *value, int *width)
{
	*width = 2;
	switch (conversion) {
	case 'C':
		*value = (tm->tm_year + 1900) / 100;
		return 1;
	case 'd':
	case 'e':
		*value = tm->tm_mday;
		return 1;
	case 'H':
		*value = tm->tm_hour;
		return 1;
	case 'I':
		*value = (tm->tm_hour + 11) % 12 + 1;
		return 1;
	case 'j':
		*value = tm->tm_yday + 1;
		*width = 3;
		return 1;
	case 'M':
		*value = tm->tm_min;
		return 1;
	case 'm':
		*value = tm->tm_mon + 1;
		return 1;
	case 'S':
		*value = tm->tm_sec;
		return 1;
	case 'U':
		*value = (tm->tm_yday + 7 - tm->tm_wday) / 7;
		return 1;
	case 'u':
		*value = (tm->tm_wday + 6) % 7 + 1;
		*width = 1;
		return 1;
	case 'W':
		*value = (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7;
		return 1;
	case 'w':
		*value = tm->tm_wday;
		*width = 1;
		return 1;
	case 'Y':
		*value = tm->tm_year + 1900;
		*width = 1;
		return 1;
	case 'y':
		*value = (tm->tm_year % 100 + 100) % 100;
		return 1;
	default:
		return 0;
	}
}

// word: text of the other conversions.
static const char *
word(char conversion, const struct tm *tm)
{
	switch (conversion) {
	case 'A':
	case 'a':
		return name(days, 7, tm->tm_wday);
	case 'B':
	case 'b':
	case 'h':
		return name(months, 12, tm->tm_mon);
	case 'n':
		return "\n";
	case 'p':
		return tm->tm_hour < 12 ? "AM" : "PM";
	case 't':
		return "\t";
	case 'Z':
		return "UTC";
	case 'z':
		return "+0000";
	case '%':
		return "%";
	default:
		return "?";
	}
}

size_t
strftime(char *buf, size_t size, const char *format, const struct tm *tm)
{
	size_t used = 0;
	int value, width;

	for (; *format != '\0'; format++) {
		char text[64], c;

		if (*format != '%' || format[1] == '\0') {
			snprintf(text, sizeof(text), "%c", *format);
		} else if (composite(c = *++format) != NULL) {
			if (strftime(text, sizeof(text), composite(c), tm) == 0)
				return 0;
		} else if (number(c, tm, &value, &width)) {
			snprintf(text, sizeof(text), c == 'e' ? "%*d" : "%0*d", width, value);
		} else {
			int letters = strchr("abh", c) != NULL ? 3 : (int)sizeof(text);

			snprintf(text, sizeof(text), "%.*s", letters, word(c, tm));
		}
		used += strlcpy(buf + used, text, size - used);
		if (used >= size)
			return 0;
	}
	if (size > 0)
		buf[used] = '\0';
	return used;
}
