// SPDX-License-Identifier: BSD-2-Clause
// The console debugger: its sessions, its commands' names, and how arguments are read.
// After FreeBSD's ddb/db_command.c and db_main.c.
#include <kern/ddb.hpp>

#include <kern/cmdline.hpp>
#include <kern/kassert.hpp>
#include <kern/ksyms.hpp>
#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>

#include <string.h>

constinit uint32_t ddb_dot{};

namespace {

enum : int { console_never, console_attended, console_always };
constinit int console_mode{console_attended};
SYSCTL_INT(ddb_console, "debug.ddb.console",
    "Debugger on the console: 0 never, 1 unless the run is a script's, 2 always", console_mode,
    sysctl_access::rwtun, console_never, console_always);

constinit bool leaving{};
constinit kdb_resume leave_how{};
// Instructions that the command step still has to run after this one.
constinit uint32_t steps_left{};
// The step under way only gets past a breakpoint: nobody is told of its end.
constinit bool passing{};
// What Enter alone means.
constinit char const *again{};
// What makes the command in hand end in ddb_error, not in a fault.
constinit bool refused{};

void help(ddb_args &);
void show(ddb_args &);

constexpr ddb_command commands[] = {
	{"break", ddb_break, "[ADDR]", "stop where the kernel comes to ADDR; or list all"},
	{"bt", ddb_bt, "[TID]", "a thread's calls; of the current one without TID"},
	{"continue", ddb_continue, "", "all CPUs go on"},
	{"delete", ddb_delete, "[ADDR]", "take a breakpoint away, or all"},
	{"help", help, "", "this"},
	{"panic", ddb_panic, "[TEXT]", "panic: report and end of the run"},
	{"print", ddb_print, "EXPR", "the value: decimal, hexadecimal, nearest symbol"},
	{"ps", ddb_ps, "", "processes, with what their threads do"},
	{"reset", ddb_reset, "", "restart the machine at once"},
	{"show", show, "WHAT", "see below"},
	{"step", ddb_step, "[N]", "run one instruction, or N"},
	{"w", ddb_write, "/b/h/l ADDR VALUE", "write memory"},
	{"x", ddb_x, "/NFS [ADDR]", "memory: N items, F of x d u o c s a, S of b h l"},
};

constexpr ddb_command shows[] = {
	{"kse", ddb_show_kse, "[ID]", "KSEs: state, thread, owner, mailbox"},
	{"ksegrp", ddb_show_ksegrp, "[ID]", "groups: counts, priority, queues"},
	{"ktr", ddb_show_ktr, "[N]", "newest trace events"},
	{"locks", ddb_show_locks, "", "locks held and contested"},
	{"pcpu", ddb_show_pcpu, "[CPU]", "what each CPU runs"},
	{"registers", ddb_show_registers, "[TID]", "registers of a thread"},
	{"thread", ddb_show_thread, "[TID]", "all about one thread"},
	{"threads", ddb_show_threads, "[PID]", "state, inhibitors, wait, KSE, group"},
	{"witness", ddb_show_witness, "", "the lock order"},
	{"zones", ddb_show_zones, "", "kernel memory by zone"},
};

// Words of BSD's and of gdb's that mean one of the commands, where they are no prefix of it.
struct alias final {
	char const *name, *means;
};
constexpr alias aliases[] = {
	{"b", "break"}, {"c", "continue"}, {"examine", "x"}, {"p", "print"}, {"s", "step"},
	{"trace", "bt"}, {"where", "bt"}, {"write", "w"}, {"?", "help"},
};

void list(ddb_command const *table, size_t count, char const *before)
{
	for (size_t i = 0; i < count; i++) {
		char text[40];
		(void)snprintf(text, sizeof text, "%s%s %s", before, table[i].name, table[i].usage);
		printf("%-24s %s\n", text, table[i].does);
	}
}

void help(ddb_args &)
{
	list(commands, sizeof commands / sizeof commands[0], "");
	list(shows, sizeof shows / sizeof shows[0], "show ");
	printf("ADDR, VALUE: 0x12ab, 12, symbol, $eip, . and C's operators; TID: number or "
	       "address.\n"
	       "A unique beginning of a word will do. Enter alone repeats x and step.\n");
}

// find: the command that begins so, if there is only one.
ddb_command const &find(ddb_command const *table, size_t count, char const *word)
{
	ddb_command const *found = nullptr;
	size_t const length = strlen(word);
	for (size_t i = 0; i < count; i++) {
		if (strncmp(table[i].name, word, length) != 0)
			continue;
		if (table[i].name[length] == '\0')
			return table[i];
		if (found != nullptr)
			ddb_error("%s: is that %s or %s?", word, found->name, table[i].name);
		found = &table[i];
	}
	if (found == nullptr)
		ddb_error("%s: no such command; try help", word);
	return *found;
}

void show(ddb_args &args)
{
	char word[16];
	if (!args.in.word(word, sizeof word))
		ddb_error("show what? help tells");
	find(shows, sizeof shows / sizeof shows[0], word).run(args);
}

bool find_symbol(char const *name, size_t length, uint32_t *value, char const **why)
{
	uint32_t const count = ksym_find(name, length, value);
	if (count > 1)
		*why = "several symbols have that name";
	return count == 1;
}

bool find_variable(char const *name, size_t length, uint32_t *value)
{
	if (length == 3 && memcmp(name, "dot", length) == 0) {
		*value = ddb_dot;
		return true;
	}
	kdb_registers const r = kdb_get_registers(curthread);
	for (size_t i = 0; i < kdb_register_count; i++) {
		char const *const known = kdb_register_name(i);
		if (strlen(known) != length || memcmp(name, known, length) != 0)
			continue;
		*value = r.kr_value[i];
		return (r.kr_known & 1u << i) != 0;
	}
	return false;
}

bool load(uint32_t at, uint32_t *value)
{
	return kdb_read(curthread, at, value, sizeof *value);
}

constexpr ddb_scope scope{find_symbol, find_variable, load};

// What kdb_protect carries to a command.
struct errand final {
	kdb_stop const *stop;
	char const     *line;
};

void run(void *arg)
{
	auto const &job = *static_cast<errand const *>(arg);
	char word[16], format[16];
	ddb_parser in{job.line, scope};
	if (!in.word(word, sizeof word))
		ddb_error("this is no command; try help");
	char const *full = word;
	for (alias const &a : aliases)
		if (strcmp(a.name, word) == 0)
			full = a.means;
	format[0] = '\0';
	if (in.sign('/'))
		(void)in.word(format, sizeof format);
	ddb_args args{job.stop, in, format};
	find(commands, sizeof commands / sizeof commands[0], full).run(args);
}

// obey: a line; whatever becomes of it, there is a prompt after it.
void obey(kdb_stop const &stop, char const *line)
{
	errand job{&stop, line};
	refused = false;
	ddb_pager_start();
	bool const whole = kdb_protect(run, &job);
	ddb_pager_stop();
	if (whole)
		return;
	leaving = false;
	if (!refused && !ddb_pager_quit())
		printf("\nthe debugger itself faulted; nothing is lost but this command\n");
}

// repeats: what Enter alone means after this line.
char const *repeats(char const *line)
{
	ddb_parser in{line, scope};
	char word[16];
	if (!in.word(word, sizeof word))
		return nullptr;
	if (strcmp(word, "x") == 0 || strcmp(word, "examine") == 0)
		return "x";
	return strcmp(word, "s") == 0 || strncmp(word, "ste", 3) == 0 ? "step" : nullptr;
}

void announce(kdb_stop const &stop)
{
	proc const *const p = curthread->td_proc;
	if (stop.why == kdb_why::step) {
		ddb_place(trapframe_pc(stop.frame));
		printf("\n");
		return;
	}
	printf("\nddb: %s\ncpu %u, pid %d (%.19s), thread %u\nStopped at ", stop.message, curcpu(),
	    p != nullptr ? p->p_pid : -1, p != nullptr ? p->p_comm : "?", curthread->td_tid);
	ddb_place(trapframe_pc(stop.frame));
	printf("\n");
}

void converse(kdb_stop const &stop)
{
	while (!leaving) {
		char const *line = ddb_read_line("db> ");
		if (line == nullptr)
			continue;
		while (*line == ' ')
			line++;
		if (*line == '\0')
			line = again;
		else
			again = repeats(line);
		if (line != nullptr)
			obey(stop, line);
	}
}

bool ready(kdb_stop const &)
{
	if (console_mode != console_attended)
		return console_mode == console_always;
	return cmdline_get("hostio") == nullptr && cmdline_get("selftest") == nullptr;
}

// go_on: how the machine continues: behind a breakpoint, or into the next of several steps.
kdb_resume go_on(kdb_stop const &stop)
{
	passing = leave_how.step == nullptr && ddb_point_at(trapframe_pc(stop.frame));
	if (leave_how.step != nullptr || passing)
		return {curthread, true};
	ddb_points_in();
	return leave_how;
}

kdb_resume talk(kdb_stop const &stop)
{
	ddb_points_out();
	bool const silent = stop.why == kdb_why::step && (passing || steps_left != 0);
	if (silent && passing) {
		leave_how = {nullptr, false};
		passing = false;
		ddb_points_in();
		return leave_how;
	}
	leaving = false;
	if (silent) {
		steps_left--;
		return {curthread, true};
	}
	passing = false;
	steps_left = 0;
	ddb_dot = trapframe_pc(stop.frame);
	announce(stop);
	converse(stop);
	return go_on(stop);
}

constinit kdb_backend const ddb_backend{"ddb", 1, ready, talk};
SET_ENTRY(kdb_backend, ddb_backend);

}

void ddb_leave(bool step)
{
	leaving = true;
	leave_how = {step ? curthread : nullptr, step};
}

void ddb_step(ddb_args &args)
{
	uint32_t const count = ddb_number(args, 1);
	ddb_end(args);
	if (count == 0)
		return;
	steps_left = count - 1;
	ddb_leave(true);
}

void ddb_error(char const *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	refused = true;
	kdb_fault();
	panic("ddb: an error outside of a command");
}

uint32_t ddb_number(ddb_args &args, uint32_t otherwise)
{
	uint32_t value;
	if (!args.in.number(&value, otherwise))
		ddb_error("%s: %s", args.in.error(), args.in.rest());
	return value;
}

uint32_t ddb_address(ddb_args &args)
{
	uint32_t value;
	if (!args.in.expression(&value))
		ddb_error("%s: %s", args.in.error(), args.in.rest());
	return value;
}

void ddb_end(ddb_args &args)
{
	if (!args.in.done())
		ddb_error("what is this: %s", args.in.rest());
}

thread *ddb_thread(ddb_args &args)
{
	constexpr uint32_t kernel_addresses = 0xc0000000;
	if (args.in.done())
		return curthread;
	uint32_t const value = ddb_address(args);
	thread *const td = value >= kernel_addresses ? reinterpret_cast<thread *>(value) :
	    kdb_thread(value);
	if (td == nullptr)
		ddb_error("no thread %u; show threads lists them", value);
	return td;
}

void ddb_place(uint32_t at)
{
	uint32_t offset = 0;
	char const *const name = ksym_nearest(at, &offset);
	if (name == nullptr)
		printf("%#x", at);
	else if (offset == 0)
		printf("%s (%#x)", name, at);
	else
		printf("%s+%#x (%#x)", name, offset, at);
}
