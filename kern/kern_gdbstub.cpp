// SPDX-License-Identifier: BSD-2-Clause
// The gdb stub: sessions over the second serial line, gdb=com2 on the command line.
// Written for Kestrel after the protocol's chapter in GDB's manual.
#include <kern/gdb_stub.hpp>

#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sysinit.hpp>
#include <machine/gdb_port.hpp>
#include <machine/pcpu.hpp>

#include <string.h>

namespace {

constinit gdb_decoder decoder{};
constinit gdb_session session{};

constinit bool port_works{};
// A gdb has said something and not detached.
constinit bool attached{};
// A whole packet is in the decoder: it is why the system stands still.
constinit bool packet_waits{};
// gdb waits for the reply to a step or continue.
constinit bool reply_is_due{};
// The stop under way was asked for on the line.
constinit bool called{};

void put_packet()
{
	gdb_writer const &out = session.gs_out;
	char const end[] = {'#', gdb_digit(out.checksum() >> 4u), gdb_digit(out.checksum())};
	gdb_port_putc('$');
	gdb_port_write(out.data(), out.length());
	gdb_port_write(end, sizeof end);
}

// next_packet: into the decoder; what comes in between is answered here.
void next_packet()
{
	if (packet_waits) {
		packet_waits = false;
		return;
	}
	for (;;) {
		switch (decoder.feed(static_cast<uint8_t>(gdb_port_getc()))) {
		case gdb_event::packet:
			if (!session.gs_no_ack)
				gdb_port_putc('+');
			return;
		case gdb_event::bad:
			// Also without acknowledgements: else both sides would wait.
			gdb_port_putc('-');
			break;
		case gdb_event::nak:
			if (!session.gs_no_ack)
				put_packet();
			break;
		case gdb_event::ack:
		case gdb_event::interrupt:      // it stands still already
		case gdb_event::none:
			break;
		}
	}
}

void leave(thread *step, bool alone)
{
	session.gs_how = {step, alone};
	session.gs_leave = true;
	session.gs_silent = true;
	reply_is_due = true;
}

// choose: H. Operations on all threads, or on any, are about the one that stopped.
void choose(gdb_cursor c)
{
	int32_t id;
	if (!c.word("g") && !c.word("c")) {
		gdb_error(session);
		return;
	}
	if (!c.thread(&id)) {
		gdb_error(session);
		return;
	}
	thread *const td = id > 0 ? kdb_thread(static_cast<uint32_t>(id)) : curthread;
	if (td == nullptr) {
		gdb_error(session);
		return;
	}
	session.gs_thread = td;
	session.gs_out.text("OK");
}

void alive(gdb_cursor c)
{
	uint32_t tid;
	if (c.number(&tid) && kdb_thread(tid) != nullptr)
		session.gs_out.text("OK");
	else
		gdb_error(session);
}

// resume: vCont's actions, of which the first that steps counts; all stops are of everything.
void resume(gdb_cursor c)
{
	thread *step = nullptr;
	bool others = false, good = !c.done();
	while (good && !c.done()) {
		int32_t id = 0;
		uint8_t signal;
		good = c.word(";");
		bool const steps = c.word("s") || c.word("S");
		good = good && (steps || c.word("c") || c.word("C"));
		(void)c.byte(&signal);
		bool const named = c.word(":");
		good = good && (!named || c.thread(&id));
		if (!good)
			break;
		thread *const td = id > 0 ? kdb_thread(static_cast<uint32_t>(id)) : curthread;
		good = td != nullptr;
		if (steps && step == nullptr)
			step = td;
		if (!steps && (!named || td != step))
			others = true;
	}
	if (good)
		leave(step, !others);
	else
		gdb_error(session);
}

// go: s, c, and their forms with a signal, which nobody here would get; an address: go on there.
void go(gdb_cursor c, bool step, bool with_signal)
{
	uint8_t signal;
	uint32_t at;
	if (with_signal && (!c.byte(&signal) || (!c.done() && !c.word(";")))) {
		gdb_error(session);
		return;
	}
	// Nothing may follow the address: what only begins like one is no reason to go there.
	if (!c.done() && (!c.number(&at) || !c.done() ||
	    !kdb_set_register(curthread, kdb_register_eip, at))) {
		gdb_error(session);
		return;
	}
	leave(step ? curthread : nullptr, false);
}

void detach()
{
	kdb_point_clear_all();
	session.gs_out.text("OK");
	leave(nullptr, false);
	session.gs_silent = false;
	attached = false;
	reply_is_due = false;
}

[[noreturn]] void kill()
{
	cpu_poweroff(poweroff_status::normal);
}

bool control(gdb_cursor c)
{
	if (c.word("?"))
		gdb_stop_reply(session);
	else if (c.word("H"))
		choose(c);
	else if (c.word("T"))
		alive(c);
	else if (c.word("vCont?"))
		session.gs_out.text("vCont;c;C;s;S");
	else if (c.word("vCont"))
		resume(c);
	else if (c.word("s"))
		go(c, true, false);
	else if (c.word("c"))
		go(c, false, false);
	else if (c.word("S"))
		go(c, true, true);
	else if (c.word("C"))
		go(c, false, true);
	else if (c.word("D"))
		detach();
	else
		return false;
	return true;
}

// answer: one packet. What is not known gets an empty answer.
void answer(void *)
{
	gdb_cursor c{decoder.data(), decoder.length()};
	if (c.word("vKill")) {
		session.gs_out.text("OK");
		put_packet();
		kill();
	}
	if (c.word("k") && c.done())
		kill();
	(void)(gdb_query(session, c) || gdb_memory(session, c) || gdb_registers(session, c) ||
	    control(c));
}

// begin: a gdb that says hello is a new one, which knows nothing of what another arranged.
void begin_connection()
{
	gdb_cursor c{decoder.data(), decoder.length()};
	attached = true;
	if (!c.word("qSupported"))
		return;
	if (session.gs_no_ack)
		gdb_port_putc('+');
	session.gs_no_ack = false;
	kdb_point_clear_all();
}

bool gdb_ready(kdb_stop const &stop)
{
	if (!port_works)
		return false;
	switch (stop.why) {
	case kdb_why::request:
	case kdb_why::panic:
	case kdb_why::fault:
	case kdb_why::interrupt:
		return true;
	default:
		return attached;
	}
}

kdb_resume gdb_talk(kdb_stop const &stop)
{
	session.gs_stop = &stop;
	session.gs_thread = curthread;
	session.gs_leave = false;
	if (reply_is_due) {
		session.gs_out.clear();
		gdb_stop_reply(session);
		put_packet();
	}
	reply_is_due = false;
	if (!attached && !called)
		printf("gdb: %s; stopped until a gdb on the second serial port goes on\n",
		    stop.message);
	called = false;
	while (!session.gs_leave) {
		next_packet();
		begin_connection();
		session.gs_silent = false;
		session.gs_out.clear();
		if (!kdb_protect(answer, nullptr)) {
			session.gs_out.clear();
			gdb_error(session);
		}
		if (!session.gs_silent)
			put_packet();
	}
	return session.gs_how;
}

// gdb_input: a byte while the system runs. Ctrl-C, or a whole packet from a gdb that attaches.
void gdb_input(int c, trapframe *frame)
{
	switch (decoder.feed(static_cast<uint8_t>(c))) {
	case gdb_event::packet:
		if (!session.gs_no_ack)
			gdb_port_putc('+');
		packet_waits = true;
		break;
	case gdb_event::bad:
		gdb_port_putc('-');
		return;
	case gdb_event::interrupt:
		break;
	default:
		return;
	}
	called = true;
	kdb_trap({kdb_why::interrupt, "interrupted by gdb", frame, 0, false});
	called = false;
}

constinit kdb_backend const gdb_backend{"gdb", 0, gdb_ready, gdb_talk};
SET_ENTRY(kdb_backend, gdb_backend);

// gdb_start: "gdb=com2" listens, "gdb=com2,wait" stops here until a gdb lets go on.
void gdb_start(void *)
{
	char const *const where = cmdline_get("gdb");
	if (where == nullptr)
		return;
	bool const wait = strcmp(where, "com2,wait") == 0;
	if (!wait && strcmp(where, "com2") != 0) {
		printf("gdb=%s: neither com2 nor com2,wait\n", where);
		return;
	}
	port_works = gdb_port_attach();
	if (!port_works || !gdb_port_listen(gdb_input)) {
		printf("gdb: no second serial port\n");
		port_works = false;
		return;
	}
	printf("gdb: on the second serial port%s\n", wait ? ", waiting" : "");
	if (wait)
		(void)kdb_enter(kdb_why::request, "gdb=com2,wait");
}
SYSINIT(gdb, SI_SUB_DEVICES, SI_ORDER_FIRST, gdb_start, nullptr);

}

bool gdb_attached()
{
	return attached;
}

void gdb_error(gdb_session &s)
{
	s.gs_out.clear();
	s.gs_out.text("E01");
}

void gdb_stop_reply(gdb_session &s)
{
	constexpr char sigint[] = "T02", sigtrap[] = "T05", sigsegv[] = "T0b";
	kdb_stop const &stop = *s.gs_stop;
	s.gs_out.text(stop.why == kdb_why::interrupt ? sigint :
	    stop.why == kdb_why::fault ? sigsegv : sigtrap);
	s.gs_out.text("thread:");
	s.gs_out.number(curthread->td_tid);
	s.gs_out.text(";core:");
	s.gs_out.number(curcpu());
	s.gs_out.put(';');
	if (stop.why == kdb_why::watch) {
		s.gs_out.text("watch:");
		s.gs_out.number(static_cast<uint32_t>(stop.address));
		s.gs_out.put(';');
	}
	if (stop.why == kdb_why::breakpoint && s.gs_swbreak)
		s.gs_out.text(stop.hardware ? "hwbreak:;" : "swbreak:;");
}
