// SPDX-License-Identifier: BSD-2-Clause
// The console's break key: what somebody types to stop the system and look into it.
// After FreeBSD's kdb_alt_break and its options BREAK_TO_DEBUGGER and ALT_BREAK_TO_DEBUGGER.
#include <kern/kdb.hpp>

#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>

namespace {

constinit int break_to_debugger{1};
SYSCTL_INT(kdb_break, "debug.kdb.break_to_debugger",
    "BREAK, Enter ~ ^B or Ctrl-Alt-Esc at the console enters the debugger", break_to_debugger,
    sysctl_access::rwtun, 0, 1);

// How much of the sequence Enter ~ ^B has been typed. The console's input alone changes it: one
// interrupt at a time.
enum class progress : uint8_t { none, enter, tilde };
constinit progress typed{progress::none};

constexpr int ctrl_b = 2;

// completes: whether this byte is the last one of the sequence.
bool completes(int c)
{
	progress const before = typed;
	typed = c == '\r' || c == '\n' ? progress::enter :
	    c == '~' && before == progress::enter ? progress::tilde : progress::none;
	return c == ctrl_b && before == progress::tilde;
}

}

constinit kdb_poll *kdb_poller{};

void kdb_tick(trapframe *frame)
{
	// By CPU: the first one's clock interrupts as seen last, and own ones since that changed.
	static constinit struct {
		uint32_t seen, since;
	} watch[MAXCPU]{};
	constexpr uint32_t patience = 20;
	if (kdb_poller == nullptr)
		return;
	auto &mine = watch[curcpu()];
	uint32_t const now = pcpu_find(0)->pc_hardclocks;
	if (now != mine.seen)
		mine = {now, 0};
	else if (++mine.since > patience)
		kdb_poller(frame);
}

bool kdb_break_key(int c, trapframe *frame)
{
	if (c != cn_break && !completes(c))
		return false;
	return break_to_debugger != 0 &&
	    kdb_trap({kdb_why::interrupt, "break key", frame, 0, false});
}
