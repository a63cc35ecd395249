# SPDX-License-Identifier: BSD-2-Clause
# Every kse- command, while fifty threads of two KSEs wait in the kernel on several CPUs.
# Written for Kestrel; prints TAP.
# Program: /tests/kse_blocked
echo TAP version 13\n

python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
from gdbtap import done, ok, refuses, rows, run

end
kse-program
tbreak everyone_blocked
continue
python

# ---- Processes and threads.
lines = run("kse-ps")
mine = [row for row in rows(lines) if "kse_blocked" in row]
ok(len(mine) == 1 and mine[0][2] == "normal" and mine[0][5:7] == ["1", "kse"],
   "kse-ps shows the program, in KSE mode, with one group", lines)
pid, count = int(mine[0][0]), int(mine[0][3])
ok({"kernel", "idle", "init"} <= {word for row in rows(lines) for word in row},
   "and the processes of the system", lines)
ok(str(int(gdb.parse_and_eval("$curthread()->td_proc->p_numthreads"))) == mine[0][3],
   "its threads are as many as the kernel counts", lines)
ok("KSES" in lines[[i for i, row in enumerate(rows(lines)) if "kse_blocked" in row][0]],
   "its flags are decoded", lines)

lines = run(f"kse-threads {pid}")
asleep = [row for row in rows(lines)[1:]
          if row[2:4] == ["inhibited", "sleeping"] and row[4] in ("piperd", "pipelk")]
ok(len(lines) == count + 1, "kse-threads PID shows the threads of that process", lines)
ok(len(asleep) == 50, "of which fifty sleep in a pipe", lines)
ok(len({row[-1] for row in asleep}) == 50 and all("unbound" in row[8] for row in asleep),
   "each is unbound and carries a user thread of its own", lines)
me = int(gdb.parse_and_eval("$tid()"))
running = [row for row in rows(lines) if row[0] == str(me)]
ok(len(running) == 1 and running[0][2] == "running" and
   running[0][7].startswith("bound"),
   "$tid() is the running thread, bound", lines)
everybody = run("kse-threads")
ok(len(everybody) > len(lines), "kse-threads shows those of all", everybody)

# ---- Backtraces.
sleeper = asleep[20]
lines = run(f"kse-bt {sleeper[0]}")
text = "\n".join(lines)
order = [text.find(f" {name} at") for name in
         ("mi_switch", "msleep", "syscall", "Xint0x80_syscall", "raw_call", "reader")]
ok(-1 not in order and order == sorted(order),
   "kse-bt of a sleeper leads from mi_switch through the system call into the program", lines)
ok("kse_blocked.c:" in text, "with source lines of the program", lines)
lines = run("kse-bt")
ok(len(lines) > 2 and "everyone_blocked" in lines[1] and "writer" in lines[2],
   "kse-bt of the running thread begins in user mode", lines)
lines = run("kse-bt all")
ok(sum(line.startswith("thread ") for line in lines) == len(everybody) - 1,
   "kse-bt all shows every thread", lines)
ok(sum(" reader at " in line for line in lines) == 50, "fifty of them are in reader", lines)
ok(not any("no CPU says" in line for line in lines),
   "and each running thread is found on its CPU", lines)

# ---- Mailboxes.
lines = run(f"kse-mbx {sleeper[0]}")
ok(any(f"carried by thread {sleeper[0]} " in line for line in lines),
   "kse-mbx of a thread shows the mailbox it carries", lines)
own = [line for line in run(f"kse-mbx {me}") if line.startswith("KSE mailbox")]
ok(len(own) == 1 and f"process {pid}" in own[0], "and the mailbox of its KSE", own)
at = own[0].split()[2] if own else "0"
lines = run(f"kse-mbx {at}")
current = int(gdb.parse_and_eval(f"*(unsigned *){at}"))
ok(any(f"km_curthread   {current:#x}" in line for line in lines) and current != 0,
   "by address: km_curthread is what memory says", lines)
lines = run(f"kse-mbx {sleeper[-1]}")
ok(lines[0].startswith(f"thread mailbox {sleeper[-1]} of process {pid}"),
   "a thread mailbox by address", lines)

# ---- Queues, locks, zones, trace.
lines = run("kse-runq")
ok(any("asleep    50:" in line for line in lines), "kse-runq counts the group's sleepers", lines)
idle = int(gdb.parse_and_eval("$curthread()->td_ksegrp->kg_idle_kses"))
ok(any(line.split()[:2] in (["kg_iq", f"{idle}"], ["kg_iq", f"{idle}:"]) for line in lines),
   "and as many idle KSEs as the kernel", lines)
ok(any(line.startswith("cpu 1: ") for line in lines), "and knows what CPU 1 runs", lines)
ok(not any("disagree" in line for line in lines), "queues and bitmap agree", lines)
lines = run("kse-locks")
ok(any(line.startswith("sched lock: ") for line in lines), "kse-locks shows sched_lock", lines)
lines = run("kse-zones")
zone = {row[0]: row for row in rows(lines)}
ok(int(zone["THREAD"][2]) >= 50 and int(zone["PIPE"][2]) == 1,
   "kse-zones counts the threads and the pipe", lines)
ok(all(int(row[2]) >= 0 and int(row[4]) >= 0 for row in rows(lines)[1:] if len(row) > 7 and
       row[2].lstrip("-").isdigit()), "no count of a zone is negative", lines)
lines = run("kse-ktr")
ok(lines == ["no events; debug.ktr.mask is 0x0"], "kse-ktr says when nothing was recorded", lines)

# ---- Wrong arguments.
refuses("kse-threads 77777", "no process 77777")
refuses("kse-threads nosuch", "is no number")
refuses("kse-threads 1 2", "usage: kse-threads [PID]")
refuses("kse-bt 77777", "no thread 77777")
refuses("kse-mbx", "usage: kse-mbx")
refuses("kse-mbx 0xc0100000", "neither a thread nor a user address")
refuses(f"kse-mbx 0x10 {pid}", "is not mapped in process")
refuses("kse-mbx 0x8048000 0", "has no user memory")
refuses("kse-ktr 0", "cannot be shown")

# ---- Printers.
ok("thread " in run("print *$curthread()")[0] and "running" in run("print *$curthread()")[0],
   "a thread prints its number and state", run("print *$curthread()"))
ok("sched lock: " in run("print sched_lock")[0], "a mutex prints its owner")
ok("trapframe from user mode: " in run("print *$curthread()->td_frame")[0],
   "a trapframe prints its origin")
ok("tailq of " in run("print allproc")[0], "a list prints its elements")
ok(int(gdb.parse_and_eval("$pcpu()->pc_curthread == $curthread()")) == 1,
   "$pcpu() is the CPU of $curthread()")
done()
end
kse-quit
