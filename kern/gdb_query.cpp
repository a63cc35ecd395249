// SPDX-License-Identifier: BSD-2-Clause
// The gdb stub's questions: what it can do, the target's description, and the list of threads.
// Written for Kestrel after the protocol's chapter in GDB's manual.
#include <kern/gdb_stub.hpp>

#include <kern/kassert.hpp>

namespace {

constexpr size_t description_max = 160;

struct register_name final {
	char const *name;
	char const *bits;
	char const *type;
};
constexpr register_name register_names[] = {
	{"eax", "32", "int32"}, {"ecx", "32", "int32"}, {"edx", "32", "int32"},
	{"ebx", "32", "int32"}, {"esp", "32", "data_ptr"}, {"ebp", "32", "data_ptr"},
	{"esi", "32", "int32"}, {"edi", "32", "int32"}, {"eip", "32", "code_ptr"},
	{"eflags", "32", "int32"}, {"cs", "32", "int32"}, {"ss", "32", "int32"},
	{"ds", "32", "int32"}, {"es", "32", "int32"}, {"fs", "32", "int32"},
	{"gs", "32", "int32"},
	{"st0", "80", "i387_ext"}, {"st1", "80", "i387_ext"}, {"st2", "80", "i387_ext"},
	{"st3", "80", "i387_ext"}, {"st4", "80", "i387_ext"}, {"st5", "80", "i387_ext"},
	{"st6", "80", "i387_ext"}, {"st7", "80", "i387_ext"},
	{"fctrl", "32", "int"}, {"fstat", "32", "int"}, {"ftag", "32", "int"},
	{"fiseg", "32", "int"}, {"fioff", "32", "int"}, {"foseg", "32", "int"},
	{"fooff", "32", "int"}, {"fop", "32", "int"},
};

void describe_target(gdb_window &w)
{
	w.text("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
	       "<target version=\"1.0\"><architecture>i386</architecture>"
	       "<feature name=\"org.gnu.gdb.i386.core\">");
	for (register_name const &r : register_names) {
		w.text("<reg name=\"");
		w.text(r.name);
		w.text("\" bitsize=\"");
		w.text(r.bits);
		w.text("\" type=\"");
		w.text(r.type);
		w.text("\"/>");
	}
	w.text("</feature></target>");
}

bool describe_thread(thread *td, void *arg)
{
	auto &w = *static_cast<gdb_window *>(arg);
	char text[description_max];
	(void)snprintf(text, sizeof text, "<thread id=\"%x\" name=\"", td->td_tid);
	w.text(text);
	w.xml(td->td_proc->p_comm);
	w.text("\"");
	if (uint32_t const cpu = kdb_cpu_of(td); cpu != NOCPU) {
		(void)snprintf(text, sizeof text, " core=\"%u\"", cpu);
		w.text(text);
	}
	w.text(">");
	kdb_describe(td, text, sizeof text);
	w.xml(text);
	w.text("</thread>");
	return !w.more();
}

void describe_threads(gdb_window &w)
{
	w.text("<threads>");
	kdb_each_thread(describe_thread, &w);
	w.text("</threads>");
}

// transfer: a part of an object, "m" and its text, "l" for the last.
void transfer(gdb_session &s, gdb_cursor c)
{
	void (*describe)(gdb_window &) = nullptr;
	if (c.word("features:read:target.xml:"))
		describe = describe_target;
	else if (c.word("threads:read::"))
		describe = describe_threads;
	uint32_t start, length;
	if (describe == nullptr || !c.number(&start) || !c.word(",") || !c.number(&length)) {
		gdb_error(s);
		return;
	}
	// The first letter tells whether more follows, which is known at the end.
	s.gs_out.put('m');
	gdb_window w{s.gs_out, start, length};
	describe(w);
	if (!w.more())
		s.gs_out.replace_first('l');
}

// list_threads: the next part of the list; the numbers rise along it in no order, so that the part
// is found again by counting.
struct thread_part final {
	gdb_session *session;
	uint32_t     position;
	bool         first;
};

bool list_thread(thread *td, void *arg)
{
	constexpr size_t room_for_one = 16;
	auto &part = *static_cast<thread_part *>(arg);
	if (part.position++ < part.session->gs_next_tid)
		return true;
	gdb_writer &out = part.session->gs_out;
	if (out.room() < room_for_one)
		return false;
	if (!part.first)
		out.put(',');
	part.first = false;
	out.number(td->td_tid);
	part.session->gs_next_tid++;
	return true;
}

void list_threads(gdb_session &s)
{
	thread_part part{&s, 0, true};
	s.gs_out.put('m');
	kdb_each_thread(list_thread, &part);
	if (part.first) {
		s.gs_out.clear();
		s.gs_out.put('l');
	}
}

void thread_info(gdb_session &s, gdb_cursor c)
{
	char text[description_max];
	uint32_t tid;
	thread const *td = c.number(&tid) ? kdb_thread(tid) : nullptr;
	if (td == nullptr) {
		gdb_error(s);
		return;
	}
	kdb_describe(td, text, sizeof text);
	s.gs_out.hex(text);
}

bool contains(gdb_cursor c, char const *word)
{
	for (uint8_t skipped; !c.done(); (void)c.escaped(&skipped))
		if (c.word(word))
			return true;
	return false;
}

void supported(gdb_session &s, gdb_cursor c)
{
	s.gs_swbreak = contains(c, "swbreak+");
	s.gs_out.text("PacketSize=");
	s.gs_out.number(gdb_packet_max);
	s.gs_out.text(";QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;vContSupported+");
	s.gs_out.text(s.gs_swbreak ? ";swbreak+;hwbreak+" : "");
}

}

bool gdb_query(gdb_session &s, gdb_cursor c)
{
	if (c.word("qSupported")) {
		supported(s, c);
	} else if (c.word("QStartNoAckMode")) {
		s.gs_no_ack = true;
		s.gs_out.text("OK");
	} else if (c.word("qXfer:")) {
		transfer(s, c);
	} else if (c.word("qfThreadInfo")) {
		s.gs_next_tid = 0;
		list_threads(s);
	} else if (c.word("qsThreadInfo")) {
		list_threads(s);
	} else if (c.word("qThreadExtraInfo,")) {
		thread_info(s, c);
	} else if (c.word("qAttached")) {
		s.gs_out.put('1');
	} else if (c.word("qC")) {
		s.gs_out.text("QC");
		s.gs_out.number(s.gs_thread->td_tid);
	} else {
		return false;
	}
	return true;
}
