# SPDX-License-Identifier: BSD-2-Clause
# The kse- commands where the kernel's structures are half made, and on lists that are broken.
# Written for Kestrel; prints TAP.
echo TAP version 13\n

python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
from gdbtap import done, ok, run

COMMANDS = ("kse-ps", "kse-threads", "kse-bt all", "kse-runq", "kse-locks", "kse-zones", "kse-ktr")

def survives(command, where):
    """A point: the command ends, with an answer or with an error of its own."""
    try:
        seen = run(command)
    except gdb.error as error:
        seen = [str(error)]
        ok(command.split()[0] + ":" in seen[0], f"{command} answers {where}", seen)
    else:
        ok(bool(seen), f"{command} answers {where}", seen)

for command in COMMANDS:
    survives(command, "at the reset vector")
lines = run("kse-break-upcall ksetest")
ok(lines == ["upcalls of ksetest stop at the entry"],
   "upcalls can be asked for before there is a kernel", lines)
run("kse-break-upcall off")
end
hbreak i386_init
continue
python
for command in COMMANDS:
    survives(command, "before the kernel's first line")
end
delete
break mi_startup
continue
python
lines = run("kse-ps")
ok(len(lines) == 2 and "kernel" in lines[1], "process 0 is shown before any list has it", lines)
lines = run("kse-bt")
ok("mi_startup" in lines[1] and any("i386_init" in line for line in lines),
   "kse-bt shows the thread that starts the machine up", lines)
for command in COMMANDS:
    survives(command, "at mi_startup")
end
delete

# Broken on purpose; this machine does not go on.
break sys_execve
continue
python
def broken(change, command, words):
    """A point: with the change made to the kernel's memory the command says so, and ends."""
    gdb.execute(f"set variable {change}")
    lines = run(command)
    ok(any("broken list" in line and words in line for line in lines), f"{command}: {words}", lines)

first = "allproc.first_->p_list"
broken(f"{first}.tqe_next->p_list.tqe_next = allproc.first_", "kse-ps", "comes again")
broken(f"{first}.tqe_next->p_list.tqe_prev = 0", "kse-ps", "points back to 0x0, not")
broken(f"{first}.tqe_next = (proc *)0x1000", "kse-threads", "no kernel address")
broken("proc0.p_threads.first_ = (thread *)0xfff00000", "kse-threads", "Cannot access memory")
done()
end
kse-quit
