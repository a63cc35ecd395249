// SPDX-License-Identifier: BSD-2-Clause
// The gdb stub's registers, memory and breakpoints.
// Written for Kestrel after the protocol's chapter in GDB's manual.
#include <kern/gdb_stub.hpp>

namespace {

// The floating-point registers, which gdb's i386 has behind the sixteen: 8 of 10 bytes, 8 of 4.
constexpr uint32_t fpu_registers = 8;
constexpr size_t fpu_bytes = 10;
constexpr uint32_t register_most = kdb_register_count + 2 * fpu_registers;

void put_register(gdb_session &s, kdb_registers const &r, size_t number)
{
	if (number < kdb_register_count && (r.kr_known & 1u << number) != 0)
		s.gs_out.word_bytes(r.kr_value[number]);
	else if (number >= kdb_register_count && number < kdb_register_count + fpu_registers)
		s.gs_out.unavailable(fpu_bytes);
	else
		s.gs_out.unavailable(sizeof(uint32_t));
}

void read_all(gdb_session &s)
{
	kdb_registers const r = kdb_get_registers(s.gs_thread);
	for (size_t i = 0; i < register_most; i++)
		put_register(s, r, i);
}

// A register that is not saved is written as x's: those are passed over. All that arrive are set,
// or none: a packet of another length, or with a register that cannot be set, changes nothing. What
// is behind the sixteen, the floating-point registers, is never known here, so nobody can mean it.
void write_all(gdb_session &s, gdb_cursor c)
{
	uint32_t values[kdb_register_count];
	uint32_t given = 0;
	for (size_t i = 0; i < kdb_register_count; i++) {
		if (c.word("xxxxxxxx"))
			continue;
		if (!c.word_bytes(&values[i]) || !kdb_can_set_register(s.gs_thread, i, values[i])) {
			gdb_error(s);
			return;
		}
		given |= 1u << i;
	}
	for (size_t i = 0; i < kdb_register_count; i++)
		if ((given & 1u << i) != 0)
			(void)kdb_set_register(s.gs_thread, i, values[i]);
	s.gs_out.text("OK");
}

void read_one(gdb_session &s, gdb_cursor c)
{
	uint32_t number;
	if (c.number(&number) && number < register_most)
		put_register(s, kdb_get_registers(s.gs_thread), number);
	else
		gdb_error(s);
}

void write_one(gdb_session &s, gdb_cursor c)
{
	uint32_t number, value;
	if (c.number(&number) && c.word("=") && number < kdb_register_count &&
	    c.word_bytes(&value) && c.done() && kdb_set_register(s.gs_thread, number, value))
		s.gs_out.text("OK");
	else
		gdb_error(s);
}

// read_memory: as much as is there, up to what fits into an answer.
void read_memory(gdb_session &s, gdb_cursor c)
{
	uint32_t at, length;
	if (!c.number(&at) || !c.word(",") || !c.number(&length)) {
		gdb_error(s);
		return;
	}
	if (length > gdb_packet_max / 2)
		length = gdb_packet_max / 2;
	uint8_t piece[64];
	for (uint32_t done = 0; done < length;) {
		// Never across a page, so that what is there is not lost with what is not.
		uint32_t const to_boundary = sizeof piece - (at + done) % sizeof piece;
		uint32_t const want = length - done < to_boundary ? length - done : to_boundary;
		if (!kdb_read(s.gs_thread, at + done, piece, want)) {
			if (done == 0)
				gdb_error(s);
			return;
		}
		for (uint32_t i = 0; i < want; i++)
			s.gs_out.byte(piece[i]);
		done += want;
	}
}

// write_memory: M has two digits for each byte, X the bytes themselves. Nothing is written unless
// all of it has arrived.
void write_memory(gdb_session &s, gdb_cursor c, bool binary)
{
	uint32_t at, length;
	bool good = c.number(&at) && c.word(",") && c.number(&length) && c.word(":");
	gdb_cursor check = c;
	uint8_t one;
	for (uint32_t i = 0; good && i < length; i++)
		good = binary ? check.escaped(&one) : check.byte(&one);
	good = good && check.done();
	for (uint32_t i = 0; good && i < length; i++) {
		(void)(binary ? c.escaped(&one) : c.byte(&one));
		good = kdb_poke(s.gs_thread, at + i, &one, 1);
	}
	if (good)
		s.gs_out.text("OK");
	else
		gdb_error(s);
}

// point: Z and z. A watchpoint for reads stops at writes as well: the processor has no other.
void point(gdb_session &s, gdb_cursor c, bool set)
{
	constexpr kdb_point kinds[] = {kdb_point::software, kdb_point::hardware, kdb_point::write,
	    kdb_point::access, kdb_point::access};
	uint32_t kind, at, length;
	if (!c.number(&kind) || !c.word(",") || !c.number(&at) || !c.word(",") ||
	    !c.number(&length)) {
		gdb_error(s);
		return;
	}
	if (kind >= sizeof kinds / sizeof kinds[0])
		return;         // an empty answer: not supported
	if ((set ? kdb_point_set : kdb_point_clear)(s.gs_thread, kinds[kind], at, length))
		s.gs_out.text("OK");
	else
		gdb_error(s);
}

}

bool gdb_registers(gdb_session &s, gdb_cursor c)
{
	if (c.word("g"))
		read_all(s);
	else if (c.word("G"))
		write_all(s, c);
	else if (c.word("p"))
		read_one(s, c);
	else if (c.word("P"))
		write_one(s, c);
	else
		return false;
	return true;
}

bool gdb_memory(gdb_session &s, gdb_cursor c)
{
	if (c.word("m"))
		read_memory(s, c);
	else if (c.word("M"))
		write_memory(s, c, false);
	else if (c.word("X"))
		write_memory(s, c, true);
	else if (c.word("Z"))
		point(s, c, true);
	else if (c.word("z"))
		point(s, c, false);
	else
		return false;
	return true;
}
