// SPDX-License-Identifier: BSD-2-Clause
// PS/2 keyboard: scan code set 1 to bytes, US layout.
// Written for Kestrel after the 8042's description; FreeBSD's driver is atkbd(4).
#include <machine/console.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <machine/cpufunc.hpp>
#include <machine/intr.hpp>

namespace {

constexpr uint16_t data_port = 0x60;
constexpr uint16_t status_port = 0x64;
constexpr uint8_t status_output_full = 0x01;
constexpr uint8_t status_from_mouse = 0x20;
constexpr uint8_t status_absent = 0xff;         // what a bus without the controller reads

enum scan_code : uint8_t {
	scan_escape = 0x01,
	scan_control = 0x1d,
	scan_left_shift = 0x2a,
	scan_right_shift = 0x36,
	scan_alt = 0x38,
	scan_caps_lock = 0x3a,
	scan_released = 0x80,                   // ORed in when a key is let go
	scan_extended = 0xe0,                   // the next code is one of the grey keys
};

// By scan code: bytes without and with shift; 0 for keys that send nothing.
constexpr char plain_map[] =
    "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
constexpr char shift_map[] =
    "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
static_assert(sizeof plain_map == sizeof shift_map && sizeof plain_map == 0x3a + 1);

struct keyboard final {
	bool shift, control, alt, caps, extended;
};

constinit keyboard keys{};
using input_function = void (*)(int c, trapframe *frame);
constinit input_function key_input{};

bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// modifier: note shift, control and caps lock; whether the code was one of theirs.
bool modifier(uint8_t code, bool pressed)
{
	switch (code) {
	case scan_left_shift:
	case scan_right_shift:
		// Grey keys wrap themselves in made-up shift codes.
		if (!keys.extended)
			keys.shift = pressed;
		return true;
	case scan_control:
		keys.control = pressed;
		return true;
	case scan_alt:
		keys.alt = pressed;
		return true;
	case scan_caps_lock:
		keys.caps ^= pressed;
		return true;
	default:
		return false;
	}
}

// translate: the byte that a scan code stands for, cn_break, or -1.
int translate(uint8_t scan)
{
	if (scan == scan_extended) {
		keys.extended = true;
		return -1;
	}
	bool const pressed = (scan & scan_released) == 0;
	auto const code = static_cast<uint8_t>(scan & ~scan_released);
	bool const taken = modifier(code, pressed);
	bool const grey = keys.extended;
	keys.extended = false;
	if (taken || !pressed || code >= sizeof plain_map - 1)
		return -1;
	// Of the grey keys only Enter and the slash send what their white twins do.
	if (grey && plain_map[code] != '\n' && plain_map[code] != '/')
		return -1;

	if (code == scan_escape && keys.control && keys.alt)
		return cn_break;
	char c = keys.shift ? shift_map[code] : plain_map[code];
	if (c == 0)
		return -1;
	if (is_letter(c) && keys.caps)
		c = static_cast<char>(c ^ 0x20);
	if (keys.control && ((c >= '@' && c <= '_') || is_letter(c)))
		c = static_cast<char>(c & 0x1f);
	return c;
}

void kbd_interrupt(void *, trapframe *frame)
{
	for (int c; (c = kbd_getc()) >= 0;)
		key_input(c, frame);
}

}

int kbd_getc()
{
	for (;;) {
		uint8_t const status = inb(status_port);
		if (status == status_absent || (status & status_output_full) == 0)
			return -1;
		uint8_t const scan = inb(data_port);
		if ((status & status_from_mouse) != 0)
			continue;
		if (int c = translate(scan); c >= 0)
			return c;
	}
}

void kbd_input_start(void (*input)(int c, trapframe *frame))
{
	// Bytes typed before now would keep the line from ever rising again.
	while (kbd_getc() >= 0)
		continue;
	key_input = input;
	if (intr_establish(IRQ_KEYBOARD, kbd_interrupt, nullptr) != OK)
		printf("console: no interrupt for the keyboard\n");
}
