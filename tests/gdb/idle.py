# SPDX-License-Identifier: BSD-2-Clause
# An idle system: interrupting it, going on, leaving it, coming back while it runs.
# Written for Kestrel; idle_qemu.gdb and idle_stub.gdb run it over the two stubs.
"""In a machine whose processes wait for each other (/tests/planted_deadlock); prints TAP."""
import os
import subprocess

import gdb

from gdbtap import OURS, done, interrupted, names, ok, rows, run


def ticks():
    """Clock interrupts of the first CPU."""
    return int(gdb.parse_and_eval("cpu_data[0].pc_hardclocks"))


def run_and_interrupt():
    """Continue, and Ctrl-C after a second, which is long for the machine."""
    with subprocess.Popen(["sh", "-c", f"sleep 1; kill -INT {os.getpid()}"]):
        run("continue")


WHERE = gdb.selected_inferior().connection.details
for time in ("once", "again"):
    before = ticks()
    run_and_interrupt()
    ok(interrupted(), f"Ctrl-C stops the idle system {time}")
    ok(ticks() > before, "which has run", [str(before), str(ticks())])
asleep = [row for row in rows(run("kse-threads"))[1:] if row[3:5] == ["sleeping", "piperd"]]
ok(len(asleep) == 2, "both processes sleep", run("kse-threads"))
for _ in range(10):
    if "idle_loop" in names():
        break
    run_and_interrupt()     # a kernel thread had something to do, as some have each second
ok("idle_loop" in names(), "and the CPU idles", names())
if OURS:
    ok(sum("sleeping on piperd" in line for line in run("info threads")) == 2,
       "info threads says so, too", run("info threads"))

before = ticks()
gdb.execute("break panic")
run("detach")
ok(not gdb.selected_inferior().threads(), "detached")
subprocess.run(["sleep", "1"], check=True)
run(f"target remote {WHERE}")
ok(ticks() > before, "it ran on, breakpoints and all, and can be attached to again",
   [str(before), str(ticks())])
ok(len(run("kse-threads")) > 5, "and looked at", run("kse-threads"))
run_and_interrupt()
ok(interrupted(), "and interrupted")
done()
