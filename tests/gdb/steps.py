# SPDX-License-Identifier: BSD-2-Clause
# One user thread's way: int $0x80 step by step, the loan of its KSE, the upcall that follows.
# Written for Kestrel; steps_qemu.gdb and steps_stub.gdb run it over the two stubs.
"""Where the first reader of /tests/kse_blocked begins; prints TAP."""
import gdb

from gdbtap import STOPS, done, names, ok, run


def value(expression):
    """Of an expression that is a number."""
    return int(gdb.parse_and_eval(expression))


def user():
    """Whether the selected thread is in user mode."""
    return value("$cs") & 3 == 3


me = value("$tid()")
ok(user() and names()[0] == "reader", "a user thread begins", names())

# ---- Into the kernel.
start = value("(unsigned)&raw_call")
code = bytes(gdb.selected_inferior().read_memory(start, 256))
gdb.execute(f"tbreak *{start + code.index(bytes((0xcd, 0x80))):#x}")
run("continue")
ok(user() and "int    $0x80" in run("x/i $pc")[0], "it comes to int $0x80", run("x/i $pc"))
caller = value("$tid()")
run("stepi")
ok(not user() and names()[0] == "Xint0x80_syscall", "a step is the kernel's first instruction",
   names())
ok("reader" in names(), "whose backtrace leads back into the program", names())
for _ in range(200):
    run("stepi")
    if names()[0] == "syscall":
        break
ok(names()[0] == "syscall" and value("$tid()") == caller, "steps lead on to syscall", names())
ok("Xint0x80_syscall" in names() and "reader" in names(), "and it back to both", names())

# ---- The loan.
gdb.execute("tbreak thread_schedule_upcall_with")
run("continue")
ok({"thread_schedule_upcall_with", "syscall", "reader"} <= set(names()),
   "where it blocks an upcall is made", names())
kse = value("(unsigned)$curthread()->td_kse")
bound = f"((struct kse *){kse:#x})->ke_bound"
before = value(f"(unsigned){bound}")
gdb.execute(f"watch {bound}")
run("continue")
ok(before == 0 and value(f"(unsigned){bound}") != 0 and
   STOPS[-1].breakpoints[0].type == gdb.BP_HARDWARE_WATCHPOINT,
   "a hardware watchpoint sees ke_bound change: the KSE is lent", names())
owner = value(f"(unsigned){bound}")
run("continue")
ok(value(f"(unsigned){bound}") != owner, "and once more: it comes back", names())
gdb.execute("delete")

# ---- The upcall.
gdb.execute("hbreak ru_upcall")
run("continue")
gdb.execute("delete")
ok(user() and names()[0] == "ru_upcall", "the upcall enters the thread scheduler", names())
ok(value("(unsigned)$curthread()->td_kse->ke_mailbox") == value("*(unsigned *)($esp + 4)"),
   "with its KSE's mailbox")
done()
