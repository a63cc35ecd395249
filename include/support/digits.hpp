// SPDX-License-Identifier: BSD-2-Clause
// Digits in text.
// Written for Kestrel.
#pragma once

// hex_digit_value: 0 to 15 for a hexadecimal digit of either case, -1 for anything else.
constexpr int hex_digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}
