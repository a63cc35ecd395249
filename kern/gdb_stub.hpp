// SPDX-License-Identifier: BSD-2-Clause
// Between the files of the gdb stub: the session's state, and what each kind of packet is for.
// Written for Kestrel.
#pragma once

#include <kern/gdb_packet.hpp>
#include <kern/kdb.hpp>

// gdb_session: what lasts between packets. One CPU at a time, in a session.
struct gdb_session final {
	kdb_stop const *gs_stop;
	thread         *gs_thread;      // that g, m and the like are about
	bool            gs_swbreak;     // gdb knows the reason "swbreak"
	bool            gs_no_ack;
	bool            gs_leave;       // the packet ends the session, in gs_how
	bool            gs_silent;      // there is no answer now
	kdb_resume      gs_how;
	uint32_t        gs_next_tid;    // of the list of threads: where the next part begins
	gdb_writer      gs_out;
};

// gdb_query, gdb_memory, gdb_registers: answer a packet of their kind into gs_out; false: it is
// none of theirs. The cursor is at the packet's start.
bool gdb_query(gdb_session &s, gdb_cursor c);
bool gdb_memory(gdb_session &s, gdb_cursor c);
bool gdb_registers(gdb_session &s, gdb_cursor c);

// gdb_error: the answer "it cannot be done".
void gdb_error(gdb_session &s);
// gdb_stop_reply: why the system stands still.
void gdb_stop_reply(gdb_session &s);
