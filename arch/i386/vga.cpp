// SPDX-License-Identifier: BSD-2-Clause
// VGA text screen: 80 by 25 cells, scrolling, hardware cursor, the common ANSI sequences.
// Written for Kestrel after the VGA register description and ECMA-48.
#include <machine/console.hpp>

#include <machine/cpufunc.hpp>
#include <vm/vm.hpp>

#include <cstddef>

namespace {

constexpr int columns = 80;
constexpr int rows = 25;
constexpr int tab_width = 8;
constexpr uint32_t screen_address = 0xb8000;
constexpr uint16_t crtc_index = 0x3d4;
constexpr uint16_t crtc_data = 0x3d5;
constexpr uint8_t crtc_start_high = 0x0c;       // first cell shown, two registers
constexpr uint8_t crtc_cursor_high = 0x0e;      // cursor cell, two registers
constexpr uint8_t plain = 0x07;                 // light grey on black
constexpr uint8_t bright = 0x08;

// ANSI colour numbers count red as bit 0, the hardware blue.
constexpr uint8_t hardware_colour[8] = {0, 4, 2, 6, 1, 5, 3, 7};

// A sequence is ESC [ number ; number ... letter.
enum class parse_state : uint8_t { text, escape, parameters };
constexpr size_t parameters_most = 4;

struct screen final {
	int         row, column;
	uint8_t     attribute;
	parse_state state;
	size_t      parameter_count;
	int         parameters[parameters_most];
};

constinit screen vga{0, 0, plain, parse_state::text, 0, {}};

// The screen's memory lies in the direct map, and in the boot tables' before that exists.
uint16_t volatile *cells()
{
	return to_pointer<uint16_t volatile>(vm_layout::dmap_min + screen_address);
}

uint16_t cell(int c)
{
	return static_cast<uint16_t>((c & 0xff) | vga.attribute << 8);
}

void crtc_write_pair(uint8_t high_register, int value)
{
	outb(crtc_index, high_register);
	outb(crtc_data, static_cast<uint8_t>(value >> 8));
	outb(crtc_index, static_cast<uint8_t>(high_register + 1));
	outb(crtc_data, static_cast<uint8_t>(value));
}

void show_cursor()
{
	// After the last column the cursor waits in it; the next character wraps.
	int const column = vga.column < columns ? vga.column : columns - 1;
	crtc_write_pair(crtc_cursor_high, vga.row * columns + column);
}

// clear: cells from `first` up to `past`, counted from the top left corner.
void clear(int first, int past)
{
	for (int i = first; i < past; i++)
		cells()[i] = cell(' ');
}

void line_feed()
{
	if (++vga.row < rows)
		return;
	vga.row = rows - 1;
	for (int i = 0; i < (rows - 1) * columns; i++)
		cells()[i] = cells()[i + columns];
	clear((rows - 1) * columns, rows * columns);
}

void put_visible(int c)
{
	if (vga.column >= columns) {
		vga.column = 0;
		line_feed();
	}
	cells()[vga.row * columns + vga.column++] = cell(c);
}

int clamp(int value, int past)
{
	return value < 0 ? 0 : value >= past ? past - 1 : value;
}

// parameter: the i-th number of the sequence, or its default when absent or 0.
int parameter(size_t i, int otherwise)
{
	return i < vga.parameter_count && vga.parameters[i] != 0 ? vga.parameters[i] : otherwise;
}

void select_rendition(int code)
{
	if (code == 0)
		vga.attribute = plain;
	else if (code == 1)
		vga.attribute |= bright;
	else if (code == 7)
		vga.attribute = static_cast<uint8_t>(vga.attribute << 4 | vga.attribute >> 4);
	else if (code >= 30 && code <= 37)
		vga.attribute = static_cast<uint8_t>((vga.attribute & 0xf8) |
		    hardware_colour[code - 30]);
	else if (code >= 40 && code <= 47)
		vga.attribute = static_cast<uint8_t>((vga.attribute & 0x8f) |
		    hardware_colour[code - 40] << 4);
}

// erase: part 0 from the cursor on, 1 up to and with it, 2 all, within [first, past).
void erase(int part, int first, int past)
{
	int const cursor = vga.row * columns + clamp(vga.column, columns);
	clear(part == 0 ? cursor : first, part == 1 ? cursor + 1 : past);
}

void run_sequence(int letter)
{
	int const line = vga.row * columns;
	int const part = parameter(0, 0);

	switch (letter) {
	case 'A':
		vga.row = clamp(vga.row - parameter(0, 1), rows);
		break;
	case 'B':
		vga.row = clamp(vga.row + parameter(0, 1), rows);
		break;
	case 'C':
		vga.column = clamp(vga.column + parameter(0, 1), columns);
		break;
	case 'D':
		vga.column = clamp(vga.column - parameter(0, 1), columns);
		break;
	case 'H':
	case 'f':
		vga.row = clamp(parameter(0, 1) - 1, rows);
		vga.column = clamp(parameter(1, 1) - 1, columns);
		break;
	case 'J':
		erase(part, 0, rows * columns);
		break;
	case 'K':
		erase(part, line, line + columns);
		break;
	case 'm':
		for (size_t i = 0; i < vga.parameter_count; i++)
			select_rendition(vga.parameters[i]);
		break;
	default:
		break;
	}
}

// parse: feed one byte of a sequence; the state returns to text at its end.
void parse(int c)
{
	if (vga.state == parse_state::escape) {
		vga.state = c == '[' ? parse_state::parameters : parse_state::text;
		vga.parameter_count = 1;
		for (int &p : vga.parameters)
			p = 0;
		return;
	}
	if (c >= '0' && c <= '9') {
		int &p = vga.parameters[vga.parameter_count - 1];
		p = clamp(p * 10 + (c - '0'), 1000);
	} else if (c == ';') {
		if (vga.parameter_count < parameters_most)
			vga.parameter_count++;
	} else if (c >= '@' && c <= '~') {
		vga.state = parse_state::text;
		run_sequence(c);
	}
}

void put_control(int c)
{
	switch (c) {
	case '\n':
		vga.column = 0;
		line_feed();
		break;
	case '\r':
		vga.column = 0;
		break;
	case '\b':
		vga.column = clamp(vga.column - 1, columns);
		break;
	case '\t':
		vga.column = clamp((vga.column / tab_width + 1) * tab_width, columns);
		break;
	case '\033':
		vga.state = parse_state::escape;
		break;
	default:
		break;
	}
}

}

void vga_init()
{
	crtc_write_pair(crtc_start_high, 0);
	clear(0, rows * columns);
	show_cursor();
}

void vga_putc(int c)
{
	if (vga.state != parse_state::text)
		parse(c);
	else if ((c & 0xff) < ' ')
		put_control(c);
	else
		put_visible(c);
	show_cursor();
}
