# SPDX-License-Identifier: BSD-2-Clause
# Fifty user threads wait in the kernel on two CPUs: lists, backtraces, switching, kse- commands.
# Written for Kestrel; fifty_qemu.gdb and fifty_stub.gdb run it over the two stubs.
"""At the stop in everyone_blocked of /tests/kse_blocked; prints TAP."""
import re

import gdb

from gdbtap import OURS, done, names, ok, rows, run

lines = run("info threads")
sleepers = [row[0] for row in rows(run("kse-threads"))[1:]
            if row[3] == "sleeping" and row[4] in ("piperd", "pipelk")]
ok(len(sleepers) == 50, "kse-threads lists fifty that sleep in a pipe", run("kse-threads"))
if OURS:
    mine = [line for line in lines if re.search(r"kse_blocked.*sleeping on pipe", line)]
    ok(len(mine) == 50, "info threads lists the fifty, and on what they sleep", lines)
    ok({"kernel", "idle", "init"} <= {t.name for t in gdb.selected_inferior().threads()},
       "and the threads of all other processes", lines)
else:
    ok([f"CPU#{cpu}" in line for cpu, line in enumerate(lines[1:])] == [True, True],
       "info threads lists the two CPUs", lines)

# ---- Backtraces, by gdb itself and by kse-bt.
lines = run("thread apply all bt")
ok(not any("corrupt" in line or "??" in line for line in lines),
   "no backtrace of gdb's ends in a frame that is none", lines)
if OURS:
    traces = "\n".join(lines).split("\nThread ")
    whole = [text for text in traces if all(re.search(rf" {name} \(", text) for name in (
        "mi_switch", "msleep", "syscall", "Xint0x80_syscall", "raw_call", "reader"))]
    ok(len(whole) == 50, "fifty lead from mi_switch through the system call into reader", lines)
lines = run("kse-bt all")
ok(sum(" reader at " in line for line in lines) == 50 and
   sum(" Xint0x80_syscall at " in line for line in lines) >= 50, "kse-bt all does, too", lines)

# ---- Switching.
here = gdb.selected_thread()
if OURS:
    by_tid = {str(thread.ptid[1]): thread for thread in gdb.selected_inferior().threads()}
    for tid in sleepers[::7]:
        run(f"thread {by_tid[tid].num}")
        ok(int(gdb.parse_and_eval("$tid()")) == int(tid) and "reader" in names(),
           f"`thread N` goes to thread {tid}, with its frames down into reader", names())
    ok(int(gdb.parse_and_eval("$pcpu()")) == 0, "which is on no CPU")
else:
    seen = set()
    for thread in gdb.selected_inferior().threads():
        run(f"thread {thread.num}")
        seen.add(int(gdb.parse_and_eval("$pcpu()->pc_cpuid")))
        ok(int(gdb.parse_and_eval("$curthread() == $pcpu()->pc_curthread")) == 1,
           f"`thread {thread.num}` goes to a CPU, $curthread() is what it runs", names())
    ok(seen == {0, 1}, "both are there")
here.switch()
ok(int(gdb.parse_and_eval("$pcpu()->pc_curthread == $curthread()")) == 1, "and back")

# ---- The other commands.
me = int(gdb.parse_and_eval("$tid()"))
lines = run("kse-ps")
mine = [row for row in rows(lines) if "kse_blocked" in row]
ok(len(mine) == 1 and int(mine[0][3].split("(")[0]) > 50, "kse-ps counts the program's threads",
   lines)
lines = run("kse-bt")
ok("everyone_blocked" in lines[1] and "writer" in lines[2], "kse-bt begins in user mode", lines)
lines = run(f"kse-mbx {sleepers[20]}")
ok(any(f"carried by thread {sleepers[20]} " in line for line in lines),
   "kse-mbx shows the mailbox of a thread", lines)
lines = run(f"kse-mbx {me}")
ok(any(line.startswith("KSE mailbox") for line in lines), "and that of a KSE", lines)
lines = run("kse-runq")
# The other CPU may have been stopped while it changes a list, which is said then.
ok(any("asleep    50:" in line or "broken list" in line for line in lines) and
   not any("disagree" in line for line in lines), "kse-runq counts the sleepers", lines)
lines = run("kse-locks")
ok(any(line.startswith("sched lock: ") for line in lines), "kse-locks shows sched_lock", lines)
zones = {row[0]: row for row in rows(run("kse-zones"))}
ok(int(zones["THREAD"][2]) > 50, "kse-zones counts the threads", run("kse-zones"))
ok(run("kse-ktr") == ["no events; debug.ktr.mask is 0x0"], "kse-ktr says that nothing is recorded")
run("kse-ktr mask 0x20701000")
gdb.execute("tbreak sys_write")
run("continue")
ok("sys_write" in names()[:1], "a breakpoint in the kernel stops the writer", names())
gdb.execute("tbreak sys_write")
run("continue")
lines = run("kse-ktr 50")
ok(len(lines) > 10 and not any("{" in line for line in lines), "kse-ktr shows the trace", lines)
done()
