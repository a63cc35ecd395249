// SPDX-License-Identifier: BSD-2-Clause
// Between the files of the console debugger: its commands, its terminal, the state of a session.
// After FreeBSD's ddb(4).
#pragma once

#include <kern/ddb_expr.hpp>
#include <kern/kdb.hpp>

// ddb_args: what a command is told. One session at a time, so one of it.
struct ddb_args final {
	kdb_stop const *stop;
	ddb_parser     &in;             // behind the command's words
	char const     *format;         // behind a slash: x/4xb; "" when there is none
};

using ddb_function = void (*)(ddb_args &args);

// ddb_command: a word, and what follows it in the table of help.
struct ddb_command final {
	char const  *name;
	ddb_function run;
	char const  *usage;
	char const  *does;
};

// ddb_leave: the session ends after this command, and the machine goes on: with one instruction of
// curthread, or (false) for good.
void ddb_leave(bool step);

// ddb_error: says why a command was not done, and goes back to the prompt.
[[noreturn, gnu::format(printf, 1, 2)]] void ddb_error(char const *format, ...);

// ddb_number: an argument: an expression; without one, `otherwise`. Goes back to the prompt when
// it is none. ddb_address: the same, and there has to be one. ddb_end: nothing else may follow.
uint32_t ddb_number(ddb_args &args, uint32_t otherwise);
uint32_t ddb_address(ddb_args &args);
void ddb_end(ddb_args &args);
// ddb_thread: the argument is a thread's number or its address; curthread without one.
thread *ddb_thread(ddb_args &args);

// ddb_place: "mi_switch+0x40 (0xc0115d66)"; the address alone where no symbol is near.
void ddb_place(uint32_t at);

// ddb_dot: where x and w go on.
extern uint32_t ddb_dot;

// --- the terminal (ddb_console.cpp) -------------------------------------------------------------

// ddb_read_line: a line typed at the prompt; null: given up with ^C.
char const *ddb_read_line(char const *prompt);
// ddb_pager_start: from here on printf stops after each screenful, and `q` there ends the command.
// ddb_pager_stop: it does not. ddb_pager_quit: whether that has happened since the start.
void ddb_pager_start();
void ddb_pager_stop();
bool ddb_pager_quit();

// --- breakpoints (ddb_control.cpp) --------------------------------------------------------------

// ddb_points_out, ddb_points_in: at the start and the end of a session the breakpoints leave memory
// and come back, so that the debugger itself meets none. ddb_point_at: whether one is there.
void ddb_points_out();
void ddb_points_in();
bool ddb_point_at(uint32_t at);

// --- commands -----------------------------------------------------------------------------------

void ddb_break(ddb_args &args);
void ddb_bt(ddb_args &args);
void ddb_continue(ddb_args &args);
void ddb_delete(ddb_args &args);
void ddb_panic(ddb_args &args);
void ddb_print(ddb_args &args);
void ddb_ps(ddb_args &args);
void ddb_reset(ddb_args &args);
void ddb_step(ddb_args &args);
void ddb_write(ddb_args &args);
void ddb_x(ddb_args &args);

void ddb_show_kse(ddb_args &args);
void ddb_show_ksegrp(ddb_args &args);
void ddb_show_ktr(ddb_args &args);
void ddb_show_locks(ddb_args &args);
void ddb_show_pcpu(ddb_args &args);
void ddb_show_thread(ddb_args &args);
void ddb_show_threads(ddb_args &args);
void ddb_show_witness(ddb_args &args);
void ddb_show_zones(ddb_args &args);
void ddb_show_registers(ddb_args &args);
