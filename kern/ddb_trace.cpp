// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's view of one thread: its calls and its registers.
// After FreeBSD's i386/i386/db_trace.c.
#include <kern/ddb.hpp>

#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <machine/pcpu.hpp>

namespace {

constexpr size_t frames_most = 48;

}

void ddb_bt(ddb_args &args)
{
	uintptr_t pcs[frames_most];
	char text[160];
	thread const *const td = ddb_thread(args);
	ddb_end(args);
	kdb_describe(td, text, sizeof text);
	printf("thread %u: %s\n", td->td_tid, text);
	size_t const count = kdb_stack_trace(td, pcs, frames_most);
	for (size_t i = 0; i < count; i++) {
		printf("#%-2zu ", i);
		ddb_place(static_cast<uint32_t>(pcs[i]));
		printf("\n");
	}
	if (count == frames_most)
		printf("(more)\n");
	kdb_registers const user = kdb_get_user_registers(td);
	if (user.kr_known != 0)
		printf("user mode: eip %#x, esp %#x, ebp %#x, eax %#x\n",
		    user.kr_value[kdb_register_eip], user.kr_value[kdb_register_esp],
		    user.kr_value[kdb_register_ebp], user.kr_value[0]);
}

void ddb_show_registers(ddb_args &args)
{
	constexpr size_t a_line = 4;
	thread const *const td = ddb_thread(args);
	ddb_end(args);
	kdb_registers const r = kdb_get_registers(td);
	for (size_t i = 0; i < kdb_register_count; i++) {
		char const *const end = (i + 1) % a_line == 0 ? "\n" : "  ";
		if ((r.kr_known & 1u << i) != 0)
			printf("%6s %08x%s", kdb_register_name(i), r.kr_value[i], end);
		else
			printf("%6s        -%s", kdb_register_name(i), end);
	}
}
