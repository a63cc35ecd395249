// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's commands for memory and values: x, w, print.
// After FreeBSD's ddb/db_examine.c, db_write_cmd.c and db_print.c.
#include <kern/ddb.hpp>

#include <kern/kassert.hpp>
#include <kern/ksyms.hpp>
#include <machine/pcpu.hpp>

namespace {

constexpr uint32_t line_bytes = 16;
constexpr uint32_t count_most = 65536;

// How memory is shown; the last command's is kept for the next one.
struct shape final {
	uint32_t count;
	uint32_t size;          // of an item, 1, 2, 4
	char     letter;        // x d u o c s a
};
constinit shape last{1, 4, 'x'};

// read_shape: 4xb, in any order; what is not said is as before, the count 1.
shape read_shape(char const *text)
{
	shape s{0, 0, last.letter};
	for (char const *p = text; *p != '\0'; p++) {
		switch (*p) {
		case 'b':
			s.size = 1;
			break;
		case 'h':
			s.size = 2;
			break;
		case 'l':
			s.size = 4;
			break;
		case 'c':
		case 's':
			s.letter = *p;
			s.size = 1;
			break;
		case 'a':
			s.letter = *p;
			s.size = 4;
			break;
		case 'x':
		case 'd':
		case 'u':
		case 'o':
			s.letter = *p;
			break;
		default:
			if (*p < '0' || *p > '9')
				ddb_error("/%c: no such format; x d u o c s a, b h l", *p);
			s.count = s.count * 10 + static_cast<uint32_t>(*p - '0');
			if (s.count > count_most)
				ddb_error("%u items are the most", count_most);
		}
	}
	s.count = s.count == 0 ? 1 : s.count;
	if (s.size == 0)
		s.size = (last.letter == 'c' || last.letter == 's') && s.letter != last.letter ?
		    4 : last.size;
	return s;
}

// read_item: an item without sign; ends the command where there is no memory.
uint32_t read_item(uint32_t at, uint32_t size)
{
	uint32_t value = 0;
	if (!kdb_read(curthread, at, &value, size))
		ddb_error("no memory at %#x", at);
	return value;
}

int32_t with_sign(uint32_t value, uint32_t size)
{
	if (size == 1)
		return static_cast<int8_t>(value);
	return size == 2 ? static_cast<int16_t>(value) : static_cast<int32_t>(value);
}

void show_letter(uint32_t value)
{
	if (value >= ' ' && value < 0x7f)
		printf("%c", static_cast<int>(value));
	else
		printf("\\%o", value & 0xff);
}

void show_item(shape const &s, uint32_t value)
{
	int const digits = static_cast<int>(2 * s.size);
	switch (s.letter) {
	case 'd':
		printf(" %d", with_sign(value, s.size));
		break;
	case 'u':
		printf(" %u", value);
		break;
	case 'o':
		printf(" %#o", value);
		break;
	case 'c':
		show_letter(value);
		break;
	case 'a':
		printf(" ");
		ddb_place(value);
		break;
	default:
		printf(" %0*x", digits, value);
	}
}

void show_address(uint32_t at)
{
	uint32_t offset = 0;
	char const *const name = ksym_nearest(at, &offset);
	if (name != nullptr)
		printf("%#x <%s+%#x>:", at, name, offset);
	else
		printf("%#x:", at);
}

// show_text: a string, its zero passed over; a very long one in pieces.
uint32_t show_text(uint32_t at)
{
	constexpr uint32_t longest = 256;
	show_address(at);
	printf(" \"");
	for (uint32_t i = 0; i < longest; i++) {
		uint32_t const c = read_item(at++, 1);
		if (c == 0)
			break;
		show_letter(c);
	}
	printf("\"\n");
	return at;
}

void show_memory(shape const &s)
{
	for (uint32_t i = 0; i < s.count; i++) {
		if (s.letter == 's') {
			ddb_dot = show_text(ddb_dot);
			continue;
		}
		uint32_t const a_line = s.letter == 'a' ? 1 : line_bytes / s.size;
		if (i != 0 && i % a_line == 0)
			printf("\n");
		uint32_t const value = read_item(ddb_dot, s.size);
		if (i % a_line == 0) {
			show_address(ddb_dot);
			printf("%s", s.letter == 'c' ? " " : "");
		}
		show_item(s, value);
		ddb_dot += s.size;
	}
	if (s.letter != 's')
		printf("\n");
}

}

void ddb_x(ddb_args &args)
{
	shape s = read_shape(args.format);
	ddb_dot = ddb_number(args, ddb_dot);
	if (args.in.sign(','))
		s.count = ddb_address(args);
	ddb_end(args);
	if (s.count > count_most)
		ddb_error("%u items are the most", count_most);
	last = {1, s.size, s.letter};
	show_memory(s);
}

void ddb_write(ddb_args &args)
{
	shape const before = last;
	last = {1, 4, 'x'};
	shape const s = read_shape(args.format);
	last = before;
	uint32_t at = ddb_address(args);
	do {
		uint32_t const value = ddb_address(args);
		uint32_t const old = read_item(at, s.size);
		if (!kdb_write(curthread, at, &value, s.size))
			ddb_error("%#x cannot be written", at);
		show_address(at);
		printf(" %#x -> %#x\n", old, read_item(at, s.size));
		at += s.size;
	} while (!args.in.done());
	ddb_dot = at;
}

void ddb_print(ddb_args &args)
{
	uint32_t const value = ddb_address(args);
	ddb_end(args);
	printf("%u = %d = ", value, static_cast<int32_t>(value));
	uint32_t offset;
	if (ksym_nearest(value, &offset) != nullptr)
		ddb_place(value);
	else
		printf("%#x", value);
	printf("\n");
}
