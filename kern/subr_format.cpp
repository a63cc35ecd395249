// SPDX-License-Identifier: BSD-2-Clause
// Formatted text for printf, snprintf and the tracer, without floating point.
// Written for Kestrel; behaviour after C's fprintf.
#include <kern/format.hpp>

#include <cstddef>
#include <cstdint>

namespace {

enum class length_modifier { none, hh, h, l, ll, z };

// One conversion, as parsed between '%' and its letter.
struct conversion final {
	bool left{};            // '-': pad on the right
	bool zero{};            // '0': pad numbers with zeroes
	bool plus{};            // '+': sign of positive numbers
	bool space{};           // ' ': blank instead of that sign
	bool alternate{};       // '#': 0 and 0x before octal and hexadecimal
	int  width{};
	int  precision{-1};     // negative: none given
	length_modifier length{length_modifier::none};
};

// Room for 64 bits in octal.
constexpr size_t digits_max = 22;

class formatter final {
public:
	formatter(format_sink const &sink, va_list args) : sink_{sink} { va_copy(args_, args); }
	~formatter() { va_end(args_); }
	formatter(formatter const &) = delete;
	formatter &operator=(formatter const &) = delete;

	int run(char const *text);

private:
	void put(char c)
	{
		sink_.put(sink_.arg, c);
		written_++;
	}
	void pad(char c, int count)
	{
		for (; count > 0; count--)
			put(c);
	}

	char const *parse(char const *at, conversion &conv);
	int parse_number(char const *&at);
	bool convert(char letter, conversion &conv);
	int64_t signed_argument(length_modifier length);
	uint64_t unsigned_argument(length_modifier length);
	void put_text(char const *text, conversion const &conv);
	void put_integer(uint64_t value, char const *prefix, unsigned base, bool capitals,
	    conversion const &conv);
	void put_signed(conversion const &conv);
	void put_radix(char letter, conversion const &conv);

	format_sink const &sink_;
	va_list args_;
	int written_{};
};

// digits_of: the digits of value, last one at `end`[-1]; returns how many.
size_t digits_of(uint64_t value, unsigned base, bool capitals, char *end)
{
	char const *const alphabet = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
	size_t count = 0;

	// 64-bit division is a slow library call here: only while it is needed.
	for (; value > UINT32_MAX; value /= base)
		end[-static_cast<ptrdiff_t>(++count)] = alphabet[value % base];
	for (auto low = static_cast<uint32_t>(value); low != 0; low /= base)
		end[-static_cast<ptrdiff_t>(++count)] = alphabet[low % base];
	return count;
}

int length_of(char const *text, int most)
{
	int length = 0;
	while ((most < 0 || length < most) && text[length] != '\0')
		length++;
	return length;
}

int formatter::run(char const *text)
{
	for (; *text != '\0'; text++) {
		if (*text != '%') {
			put(*text);
			continue;
		}
		conversion conv{};
		char const *const letter = parse(text + 1, conv);
		if (convert(*letter, conv)) {
			text = letter;
			continue;
		}
		put('%');
	}
	return written_;
}

// parse: flags, width, precision and length; returns where the conversion's letter is.
char const *formatter::parse(char const *at, conversion &conv)
{
	for (;; at++) {
		if (*at == '-')
			conv.left = true;
		else if (*at == '0')
			conv.zero = true;
		else if (*at == '+')
			conv.plus = true;
		else if (*at == ' ')
			conv.space = true;
		else if (*at == '#')
			conv.alternate = true;
		else
			break;
	}
	conv.width = parse_number(at);
	if (conv.width < 0) {
		conv.left = true;
		conv.width = -conv.width;
	}
	if (*at == '.') {
		at++;
		conv.precision = parse_number(at);
	}
	switch (*at) {
	case 'h':
		conv.length = at[1] == 'h' ? length_modifier::hh : length_modifier::h;
		return at + (at[1] == 'h' ? 2 : 1);
	case 'l':
		conv.length = at[1] == 'l' ? length_modifier::ll : length_modifier::l;
		return at + (at[1] == 'l' ? 2 : 1);
	case 'j':
		conv.length = length_modifier::ll;
		return at + 1;
	case 'z':
	case 't':
		conv.length = length_modifier::z;
		return at + 1;
	default:
		return at;
	}
}

// parse_number: decimal digits or *, capped so that no sum overflows; 0 when there are none.
int formatter::parse_number(char const *&at)
{
	constexpr int most = 4096;
	int value = 0;

	if (*at == '*') {
		at++;
		value = va_arg(args_, int);
		return value > most ? most : value < -most ? -most : value;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		value = value < most ? value * 10 + (*at - '0') : most;
	return value;
}

// convert: false when the letter names no conversion.
bool formatter::convert(char letter, conversion &conv)
{
	switch (letter) {
	case '%':
		put('%');
		return true;
	case 'c': {
		char const text[2] = {static_cast<char>(va_arg(args_, int)), '\0'};
		// A zero character is text too.
		pad(' ', conv.left ? 0 : conv.width - 1);
		put(text[0]);
		pad(' ', conv.left ? conv.width - 1 : 0);
		return true;
	}
	case 's':
		put_text(va_arg(args_, char const *), conv);
		return true;
	case 'd':
	case 'i':
		put_signed(conv);
		return true;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_radix(letter, conv);
		return true;
	case 'p': {
		auto const address = reinterpret_cast<uintptr_t>(va_arg(args_, void *));
		put_integer(address, "0x", 16, false, conv);
		return true;
	}
	default:
		return false;
	}
}

int64_t formatter::signed_argument(length_modifier length)
{
	switch (length) {
	case length_modifier::hh:
		return static_cast<signed char>(va_arg(args_, int));
	case length_modifier::h:
		return static_cast<short>(va_arg(args_, int));
	case length_modifier::l:
		return va_arg(args_, long);
	case length_modifier::ll:
		return va_arg(args_, long long);
	case length_modifier::z:
		return va_arg(args_, ptrdiff_t);
	case length_modifier::none:
		break;
	}
	return va_arg(args_, int);
}

uint64_t formatter::unsigned_argument(length_modifier length)
{
	switch (length) {
	case length_modifier::hh:
		return static_cast<unsigned char>(va_arg(args_, unsigned));
	case length_modifier::h:
		return static_cast<unsigned short>(va_arg(args_, unsigned));
	case length_modifier::l:
		return va_arg(args_, unsigned long);
	case length_modifier::ll:
		return va_arg(args_, unsigned long long);
	case length_modifier::z:
		return va_arg(args_, size_t);
	case length_modifier::none:
		break;
	}
	return va_arg(args_, unsigned);
}

void formatter::put_text(char const *text, conversion const &conv)
{
	if (text == nullptr)
		text = "(null)";
	int const length = length_of(text, conv.precision);

	pad(' ', conv.left ? 0 : conv.width - length);
	for (int i = 0; i < length; i++)
		put(text[i]);
	pad(' ', conv.left ? conv.width - length : 0);
}

void formatter::put_signed(conversion const &conv)
{
	int64_t const value = signed_argument(conv.length);
	char const *const sign = value < 0 ? "-" : conv.plus ? "+" : conv.space ? " " : "";
	uint64_t const magnitude = value < 0 ? 0 - static_cast<uint64_t>(value)
	    : static_cast<uint64_t>(value);

	put_integer(magnitude, sign, 10, false, conv);
}

void formatter::put_radix(char letter, conversion const &conv)
{
	uint64_t const value = unsigned_argument(conv.length);
	bool const marked = conv.alternate && value != 0;

	if (letter == 'u')
		put_integer(value, "", 10, false, conv);
	else if (letter == 'o')
		put_integer(value, marked ? "0" : "", 8, false, conv);
	else if (letter == 'x')
		put_integer(value, marked ? "0x" : "", 16, false, conv);
	else
		put_integer(value, marked ? "0X" : "", 16, true, conv);
}

// put_integer: blanks, prefix, zeroes, digits, blanks. A precision switches zero padding off.
void formatter::put_integer(uint64_t value, char const *prefix, unsigned base, bool capitals,
    conversion const &conv)
{
	char digits[digits_max];
	char *const end = digits + digits_max;
	int const count = static_cast<int>(digits_of(value, base, capitals, end));
	int const prefix_length = length_of(prefix, -1);
	int const least = conv.precision < 0 ? 1 : conv.precision;
	int zeroes = count < least ? least - count : 0;
	if (conv.zero && !conv.left && conv.precision < 0
	    && prefix_length + zeroes + count < conv.width)
		zeroes = conv.width - prefix_length - count;
	int const blanks = conv.width - prefix_length - zeroes - count;

	pad(' ', conv.left ? 0 : blanks);
	for (int i = 0; i < prefix_length; i++)
		put(prefix[i]);
	pad('0', zeroes);
	for (int i = count; i > 0; i--)
		put(end[-i]);
	pad(' ', conv.left ? blanks : 0);
}

}

int format(format_sink const &sink, char const *text, va_list args)
{
	return formatter{sink, args}.run(text);
}
