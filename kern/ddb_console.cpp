// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's terminal: keys, polled; lines; and a stop after each screenful.
// After FreeBSD's ddb/db_input.c and db_output.c.
#include <kern/ddb.hpp>
#include <kern/ddb_line.hpp>

#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/prf.hpp>
#include <kern/sysctl.hpp>
#include <machine/cpufunc.hpp>

namespace {

constinit int screen_lines{24};
SYSCTL_INT(ddb_lines, "debug.ddb.lines",
    "Lines of the console after which the debugger waits for a key; 0: it does not", screen_lines,
    sysctl_access::rwtun, 0, 1000);

constinit ddb_line line{};
constinit int shown{};                  // lines since the last stop
constinit bool quit{};

constexpr int ctrl_c = 3;
constexpr int byte_most = 0xff;

// read_key: whatever comes from the keyboard or the serial line. What is no byte is a break.
int read_key()
{
	for (;;) {
		int const c = cngetc();
		if (c >= 0 && c <= byte_most)
			return c;
		cpu_spinwait();
	}
}

void put(char c)
{
	cnputc(c);
}

void put_text(char const *text)
{
	for (; *text != '\0'; text++)
		cnputc(*text);
}

// pager: behind each character of a command's output. A key: a page; Enter: a line; q: no more.
void pager(char c)
{
	if (c != '\n' || screen_lines == 0 || ++shown < screen_lines - 1)
		return;
	put_text("--More--");
	int const key = read_key();
	put_text("\r        \r");
	shown = key == '\r' || key == '\n' ? screen_lines - 2 : 0;
	if (key == 'q' || key == 'Q' || key == ctrl_c) {
		quit = true;
		kdb_fault();
	}
}

}

char const *ddb_read_line(char const *prompt)
{
	put_text(prompt);
	line.begin();
	for (;;) {
		switch (line.feed(read_key(), put)) {
		case ddb_line::event::done:
			return line.text();
		case ddb_line::event::given_up:
			return nullptr;
		case ddb_line::event::none:
			break;
		}
	}
}

void ddb_pager_start()
{
	shown = 0;
	quit = false;
	console_tap = pager;
}

void ddb_pager_stop()
{
	console_tap = nullptr;
}

bool ddb_pager_quit()
{
	return quit;
}
