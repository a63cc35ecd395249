// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's commands that let the machine go on, stop it again, or end it.
// After FreeBSD's ddb/db_break.c and db_run.c.
#include <kern/ddb.hpp>

#include <kern/kassert.hpp>
#include <kern/ksyms.hpp>
#include <kern/md.hpp>

#include <string.h>

namespace {

constexpr size_t points_most = 16;
// Those that are set; 0: free. In memory only while no session is on.
constinit uint32_t points[points_most]{};

// The way into a session: a breakpoint there would be met before anybody could take it away.
constexpr char const *way_in[] = {"Xbpt", "Xdbg", "Xnmi", "alltraps", "alltraps_with_regs_pushed",
    "trap", "trap_traced", "breakpoint_exception", "debug_exception", "take_turn", "backend_for",
    "stop_nmi"};

bool is_way_in(char const *name)
{
	for (char const *const other : way_in)
		if (strcmp(name, other) == 0)
			return true;
	return strncmp(name, "kdb_", 4) == 0 || strncmp(name, "ddb_", 4) == 0;
}

uint32_t *find(uint32_t at)
{
	for (uint32_t &p : points)
		if (p == at)
			return &p;
	return nullptr;
}

void list()
{
	bool any = false;
	for (uint32_t const p : points) {
		if (p == 0)
			continue;
		any = true;
		ddb_place(p);
		printf("\n");
	}
	if (!any)
		printf("no breakpoints\n");
}

}

void ddb_points_out()
{
	for (uint32_t const p : points)
		if (p != 0)
			(void)kdb_point_clear(nullptr, kdb_point::software, p, 1);
}

void ddb_points_in()
{
	for (uint32_t const p : points)
		if (p != 0 && !kdb_point_set(nullptr, kdb_point::software, p, 1))
			printf("ddb: the breakpoint at %#x cannot be set\n", p);
}

bool ddb_point_at(uint32_t at)
{
	return at != 0 && find(at) != nullptr;
}

void ddb_break(ddb_args &args)
{
	uint32_t offset;
	if (args.in.done()) {
		list();
		return;
	}
	uint32_t const at = ddb_address(args);
	ddb_end(args);
	char const *const name = ksym_lookup(at, &offset);
	if (name == nullptr)
		ddb_error("%#x is not in the kernel's code", at);
	if (is_way_in(name))
		ddb_error("the debugger runs there");
	if (find(at) == nullptr) {
		uint32_t *const place = find(0);
		if (place == nullptr)
			ddb_error("%zu breakpoints are the most", points_most);
		*place = at;
	}
	printf("breakpoint at ");
	ddb_place(at);
	printf("\n");
}

void ddb_delete(ddb_args &args)
{
	if (args.in.done()) {
		for (uint32_t &p : points)
			p = 0;
		return;
	}
	uint32_t const at = ddb_address(args);
	ddb_end(args);
	if (!ddb_point_at(at))
		ddb_error("no breakpoint at %#x", at);
	*find(at) = 0;
}

void ddb_continue(ddb_args &args)
{
	ddb_end(args);
	ddb_leave(false);
}

void ddb_panic(ddb_args &args)
{
	char const *const text = args.in.rest();
	// It has been looked at: no second session.
	debugger_on_panic = 0;
	ddb_pager_stop();
	kdb_abandon();
	panic("from the debugger%s%s", *text != '\0' ? ": " : "", text);
}

void ddb_reset(ddb_args &args)
{
	ddb_end(args);
	cpu_reset();
}
