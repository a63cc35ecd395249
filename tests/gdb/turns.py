# SPDX-License-Identifier: BSD-2-Clause
# Threads on two CPUs come by the same places: one of them is told apart, locks are contested.
# Written for Kestrel; turns_qemu.gdb and turns_stub.gdb run it over the two stubs.
"""Where a thread of /tests/planted_busy is in its function meet; prints TAP."""
import gdb

from gdbtap import done, names, ok, run


def value(expression):
    """Of an expression that is a number."""
    return int(gdb.parse_and_eval(expression))


who = value("$tid()")
gdb.execute(f"break thread_userret if td->td_tid == {who}")
for number in ("first", "second", "third"):
    run("continue")
    ok(names()[0] == "thread_userret" and value("td->td_tid") == who and value("$tid()") == who,
       f"a condition stops in thread_userret for one thread only, the {number} time", names())
gdb.execute("delete")

gdb.execute("break meet")
seen = set()
while len(seen) < 2:
    run("continue")
    seen.add(value("$tid()"))
ok(names()[0] == "meet", "two threads are stopped by one breakpoint of the program", names())
gdb.execute("delete")

gdb.execute("tbreak turnstile_block")
run("continue")
gdb.execute("tbreak mi_switch")
run("continue")
lines = run("kse-locks")
ok(any("turnstile of" in line for line in lines) and any("  waits: " in line for line in lines),
   "kse-locks shows a contested mutex, its owner and who waits", lines)
done()
